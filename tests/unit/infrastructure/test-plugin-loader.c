/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests of the loader: plugins found, configured, started, reloaded and stopped in a real loop.
 */
#include "plugin-loader.h"

#include "planted-files.h"
#include "runner.h"

#include <glib/gstdio.h>
#include <stdio.h>

typedef struct {
    char *plugin;
    char *folder;
    KbntLoop *loop;
    FILE *log_file;
    KbntLogWriter *log;
    KbntPluginMetrics *metrics;
    KbntHostShared shared;
    KbntPluginLoader *loader;
    KbntConfig *config;
    KbntCoreConfig *core;
    GError *error; /* of the last start or stop */
} Fixture;

static KbntConfig *
config_with(Fixture *self, const char *assignment, KbntCoreConfig **ret_core)
{
    g_autofree char *plugin_dir = g_strdup_printf("kbnt.plugin_dir=%s", self->folder);
    KbntConfig *config = kbnt_config_new();
    kbnt_config_set(config, plugin_dir);
    kbnt_config_set(config, "kbnt.sinks=planted");
    if (assignment)
        kbnt_config_set(config, assignment);
    *ret_core = kbnt_core_config_declare(config);
    return config;
}

static Fixture *
fixture(const char *assignment)
{
    Fixture *self = g_new0(Fixture, 1);
    self->plugin = planted_file_copy();
    self->folder = g_path_get_dirname(self->plugin);
    self->loop = kbnt_loop_new(64);
    self->log_file = tmpfile();
    self->log = kbnt_log_writer_new(KBNT_LOG_FORMAT_JSON, fileno(self->log_file));
    self->metrics = kbnt_plugin_metrics_new();
    self->shared = (KbntHostShared){ self->loop, self->log, self->metrics, self->folder, NULL };
    self->loader = kbnt_plugin_loader_new(self->folder, self->log);
    self->config = config_with(self, assignment, &self->core);
    kbnt_plugin_loader_declare(self->loader, self->core, self->config);
    return self;
}

static void
fixture_free(Fixture *self)
{
    kbnt_core_config_free(self->core);
    kbnt_config_free(self->config);
    kbnt_plugin_loader_free(self->loader);
    kbnt_loop_free(self->loop);
    kbnt_log_writer_free(self->log);
    kbnt_plugin_metrics_free(self->metrics);
    fclose(self->log_file);
    g_clear_error(&self->error);
    planted_file_remove(self->plugin);
    g_free(self->folder);
    g_free(self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Fixture, fixture_free)

static KbntPluginInstance *
create(Fixture *self, GError **error)
{
    return kbnt_plugin_loader_create(self->loader, self->config, &self->shared, KBNT_KIND_SINK,
                                     "planted", KBNT_HALF_ALL, error);
}

static void
passage_done(KbntValue *result, const GError *error, gpointer data)
{
    Fixture *self = data;
    g_clear_error(&self->error);
    self->error = error ? g_error_copy(error) : NULL;
    kbnt_loop_quit(self->loop);
}

static void
start(Fixture *self)
{
    kbnt_plugin_loader_start(self->loader, passage_done, self);
    kbnt_loop_run(self->loop);
}

static void
stop(Fixture *self)
{
    kbnt_plugin_loader_stop(self->loader, passage_done, self);
    kbnt_loop_run(self->loop);
}

static char *
read_log(Fixture *self)
{
    char text[4096] = "";
    rewind(self->log_file);
    gsize length = fread(text, 1, sizeof(text) - 1, self->log_file);
    return g_strndup(text, length);
}

static char *
label_of(KbntPluginInstance *instance)
{
    g_autoptr(KbntValue) health = kbnt_plugin_instance_health(instance);
    return g_strdup(kbnt_value_get_string(health, KBNT_FIELD_DETAIL));
}

static void
a_plugin_gets_its_section_and_lives_from_start_to_stop(void)
{
    g_autoptr(Fixture) self = fixture("sink.planted.label=blue");
    g_autoptr(GError) error = NULL;

    KbntPluginInstance *instance = create(self, &error);
    kbnt_assert_no_error(error);
    start(self);

    kbnt_assert_no_error(self->error);
    g_autofree char *label = label_of(instance);
    kbnt_assert_string(label, "blue");
    stop(self);
    kbnt_assert_no_error(self->error);
}

static void
an_unknown_key_of_a_plugin_is_refused(void)
{
    g_autoptr(Fixture) self = fixture("sink.planted.lable=blue");
    g_autoptr(GError) error = NULL;

    kbnt_config_finish(self->config, &error);

    kbnt_assert_contains(error->message, "there is no key 'lable' in [sink.planted]");
    kbnt_assert_contains(error->message, "did you mean 'label'?");
}

static void
a_plugin_that_is_not_there_is_refused_with_the_nearest_one(void)
{
    g_autoptr(Fixture) self = fixture("kbnt.sinks=plantet");
    g_autoptr(GError) error = NULL;

    kbnt_config_finish(self->config, &error);

    kbnt_assert_contains(error->message, "plugin 'kbnt-sink-plantet.so' is not in");
    kbnt_assert_contains(error->message, "did you mean 'planted'?");
}

static void
a_create_that_fails_names_the_plugin_and_its_file(void)
{
    g_autoptr(Fixture) self = fixture("sink.planted.fails=create");
    g_autoptr(GError) error = NULL;

    CU_ASSERT_PTR_NULL(create(self, &error));

    kbnt_assert_contains(error->message, "plugin 'sink.planted' (");
    kbnt_assert_contains(error->message, "cannot be created: a planted failure");
}

static void
a_create_that_fails_in_silence_is_an_error_all_the_same(void)
{
    g_autoptr(Fixture) self = fixture("sink.planted.fails=silently");
    g_autoptr(GError) error = NULL;

    CU_ASSERT_PTR_NULL(create(self, &error));

    kbnt_assert_contains(error->message, "without saying why");
}

static void
a_start_that_fails_names_the_plugin(void)
{
    g_autoptr(Fixture) self = fixture("sink.planted.fails=start");
    create(self, NULL);

    start(self);

    kbnt_assert_error(self->error, KBNT_ERROR, KBNT_ERROR_UNAVAILABLE);
    kbnt_assert_contains(self->error->message, "plugin 'sink.planted' (");
    stop(self);
}

static void
both_of_a_section_that_fail_at_the_start_are_told(void)
{
    g_autoptr(Fixture) self = fixture("sink.planted.fails=start");
    create(self, NULL);
    create(self, NULL);

    start(self);

    kbnt_assert_error(self->error, KBNT_ERROR, KBNT_ERROR_UNAVAILABLE);
    kbnt_assert_contains(self->error->message, "a planted failure; plugin 'sink.planted' (");
    stop(self);
}

static void
a_reload_hands_over_the_new_section(void)
{
    g_autoptr(Fixture) self = fixture("sink.planted.label=blue");
    KbntPluginInstance *instance = create(self, NULL);
    start(self);
    KbntCoreConfig *core = NULL;
    g_autoptr(KbntConfig) fresh = config_with(self, "sink.planted.label=red", &core);
    kbnt_plugin_loader_declare(self->loader, core, fresh);
    g_autoptr(GPtrArray) changes = kbnt_config_take_reloadable(fresh, self->config);

    kbnt_plugin_loader_reload(self->loader, fresh);

    g_autofree char *label = label_of(instance);
    kbnt_assert_string(label, "red");
    kbnt_assert_int(changes->len, 1);
    stop(self);
    kbnt_core_config_free(core);
}

static void
a_reload_that_is_refused_leaves_the_old_section(void)
{
    g_autoptr(Fixture) self = fixture("sink.planted.label=blue");
    KbntPluginInstance *instance = create(self, NULL);
    start(self);
    KbntCoreConfig *core = NULL;
    g_autoptr(KbntConfig) fresh = config_with(self, "sink.planted.fails=reload", &core);
    kbnt_plugin_loader_declare(self->loader, core, fresh);

    kbnt_plugin_loader_reload(self->loader, fresh);

    g_autofree char *label = label_of(instance);
    g_autofree char *log = read_log(self);
    kbnt_assert_string(label, "blue");
    kbnt_assert_contains(log, "\"level\":\"warning\"");
    kbnt_assert_contains(log, "the plugin goes on with its old configuration");
    stop(self);
    kbnt_core_config_free(core);
}

static void
a_shadowed_plugin_is_logged(void)
{
    g_autoptr(Fixture) self = fixture(NULL);
    char *other = planted_file_copy();
    g_autofree char *other_folder = g_path_get_dirname(other);
    g_autofree char *both = g_strdup_printf("%s:%s", self->folder, other_folder);
    g_autoptr(KbntPluginLoader) loader = kbnt_plugin_loader_new(both, self->log);
    KbntCoreConfig *core = NULL;
    g_autoptr(KbntConfig) config = config_with(self, NULL, &core);

    kbnt_plugin_loader_declare(loader, core, config);

    g_autofree char *log = read_log(self);
    kbnt_assert_contains(log, other);
    kbnt_assert_contains(log, "in an earlier folder is used instead");
    kbnt_core_config_free(core);
    planted_file_remove(other);
}

static void
metrics_of_a_plugin_carry_its_name(void)
{
    g_autoptr(Fixture) self = fixture(NULL);
    create(self, NULL);
    start(self);
    g_autoptr(KbntSnapshot) snapshot = kbnt_snapshot_new();

    kbnt_plugin_metrics_add_to(self->metrics, snapshot);
    kbnt_snapshot_seal(snapshot);

    kbnt_assert_string(kbnt_snapshot_name(snapshot, 0), "kbnt_sink_planted_starts_total");
    CU_ASSERT_DOUBLE_EQUAL(kbnt_snapshot_value(snapshot, 0, 0), 1, 0);
    stop(self);
}

static void
a_secret_comes_from_the_credentials_or_from_its_path(void)
{
    g_autoptr(Fixture) self = fixture(NULL);
    g_autofree char *path = g_build_filename(self->folder, "keys", NULL);
    const char *const paths[] = { "signing.keys", path, NULL };
    g_autoptr(GError) error = NULL;
    g_assert_true(g_file_set_contents(path, "k1", 2, NULL));
    self->shared.secret_paths = paths;

    g_autoptr(GBytes) found = kbnt_host_shared_secret(&self->shared, "signing.keys", &error);
    g_autoptr(GBytes) missing = kbnt_host_shared_secret(&self->shared, "other", &error);

    kbnt_assert_int((gint64)g_bytes_get_size(found), 2);
    CU_ASSERT_PTR_NULL(missing);
    kbnt_assert_error(error, KBNT_ERROR, KBNT_ERROR_NOT_FOUND);
}

static const KbntTest tests[] = {
    KBNT_TEST(a_plugin_gets_its_section_and_lives_from_start_to_stop),
    KBNT_TEST(an_unknown_key_of_a_plugin_is_refused),
    KBNT_TEST(a_plugin_that_is_not_there_is_refused_with_the_nearest_one),
    KBNT_TEST(a_create_that_fails_names_the_plugin_and_its_file),
    KBNT_TEST(a_create_that_fails_in_silence_is_an_error_all_the_same),
    KBNT_TEST(a_start_that_fails_names_the_plugin),
    KBNT_TEST(both_of_a_section_that_fail_at_the_start_are_told),
    KBNT_TEST(a_reload_hands_over_the_new_section),
    KBNT_TEST(a_reload_that_is_refused_leaves_the_old_section),
    KBNT_TEST(a_shadowed_plugin_is_logged),
    KBNT_TEST(metrics_of_a_plugin_carry_its_name),
    KBNT_TEST(a_secret_comes_from_the_credentials_or_from_its_path),
};

int
main(int argc, char **argv)
{
    return kbnt_test_main("infrastructure/plugin-loader", argc, argv, tests,
                          G_N_ELEMENTS(tests));
}
