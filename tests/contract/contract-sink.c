/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a sink promises: it takes every transition, changes none, and renders what it is given.
 */
#include "contract.h"
#include "snapshot-private.h"

#include <string.h>

#define N_FULL_FAMILIES 100
#define N_FULL_SERIES 10
#define N_OBSERVED_BESIDE 2000

static const KbntSinkOps *
sink_ops(Contract *contract)
{
    return contract_ops(contract);
}

static gboolean
lacks_render(Contract *contract)
{
    if (sink_ops(contract)->render)
        return FALSE;
    contract_skip("the sink has no render op");
    return TRUE;
}

static gboolean
lacks_observe(Contract *contract)
{
    if (sink_ops(contract)->observe)
        return FALSE;
    contract_skip("the sink has no observe op");
    return TRUE;
}

/* What every transition has. */
static KbntValue *
sparse_transition(gint64 kind)
{
    KbntValue *transition = kbnt_value_new();

    kbnt_value_set_int(transition, KBNT_FIELD_TRANSITION, kind);
    kbnt_value_set_int(transition, KBNT_FIELD_SERVICE, KBNT_SERVICE_CONSUMER);
    kbnt_value_set_int(transition, KBNT_FIELD_LAYER, KBNT_LAYER_APPLICATION);
    kbnt_value_set_int(transition, KBNT_FIELD_TIMESTAMP, 1756549800123);
    return transition;
}

/* All that a transition can have, with texts that want to break out of a line. */
static KbntValue *
full_transition(gint64 kind)
{
    static const KbntField texts[] = {
        KBNT_FIELD_MESSAGE_ID, KBNT_FIELD_REQUEST_ID,    KBNT_FIELD_CORRELATION_ID,
        KBNT_FIELD_USER_ID,    KBNT_FIELD_TOPIC,         KBNT_FIELD_HOST,
        KBNT_FIELD_REGION,     KBNT_FIELD_CODE,          KBNT_FIELD_REASON,
        KBNT_FIELD_DETAIL,     KBNT_FIELD_OUTCOME_LABEL,
    };
    KbntValue *transition = sparse_transition(kind);

    for (guint i = 0; i < G_N_ELEMENTS(texts); i++)
        kbnt_value_set_string(transition, texts[i], "a \"text\"\nof \\ two lines");
    kbnt_value_set_int(transition, KBNT_FIELD_REQUEST_TYPE, KBNT_REQUEST_TYPE_ATTACH_STORAGE);
    kbnt_value_set_int(transition, KBNT_FIELD_RESOURCE_TYPE,
                       KBNT_RESOURCE_TYPE_VIRTUAL_STORAGE);
    kbnt_value_set_int(transition, KBNT_FIELD_RESOURCE_STATUS, KBNT_RESOURCE_STATUS_IN_USE);
    kbnt_value_set_int(transition, KBNT_FIELD_PRIORITY, KBNT_PRIORITY_CRITICAL);
    kbnt_value_set_int(transition, KBNT_FIELD_STEP, KBNT_STEP_ATTACH);
    kbnt_value_set_int(transition, KBNT_FIELD_EVENT_TYPE, KBNT_EVENT_TYPE_HOST_REPORTED);
    kbnt_value_set_int(transition, KBNT_FIELD_SIZE_BYTES, G_MAXINT64);
    kbnt_value_set_number(transition, KBNT_FIELD_SECONDS, 1e-9);
    kbnt_value_set_number(transition, KBNT_FIELD_COST, 1e15);
    return transition;
}

/* Observes as the core does: on a thread of the sink's own. */

typedef struct {
    Contract *contract;
    KbntValue **transitions;
    guint n_transitions;
    gboolean is_done;
} Watch;

static void
end_watch(gpointer data)
{
    ((Watch *)data)->is_done = TRUE;
}

static gpointer
observe_all(gpointer data)
{
    Watch *watch = data;

    for (guint i = 0; i < watch->n_transitions; i++)
        sink_ops(watch->contract)->observe(watch->contract->instance, watch->transitions[i]);
    kbnt_host_invoke(fake_host_get(watch->contract->host), end_watch, watch);
    return NULL;
}

static gboolean
is_watched(gpointer data)
{
    return ((const Watch *)data)->is_done;
}

static void
observe(Contract *contract, KbntValue *transition)
{
    Watch watch = { contract, &transition, 1, FALSE };
    GThread *thread = g_thread_new("sink", observe_all, &watch);

    contract_await(contract, is_watched, &watch, "the end of observe");
    g_thread_join(thread);
}

static void
it_observes_or_renders(void)
{
    g_autoptr(Contract) contract = contract_open();

    CU_ASSERT(sink_ops(contract)->observe || sink_ops(contract)->render);
}

static void
it_observes_every_transition_with_all_that_it_can_have(void)
{
    g_autoptr(Contract) contract = contract_open();

    if (lacks_observe(contract))
        return;
    for (gint64 kind = 0; (kind = kbnt_enum_next(KBNT_TYPE_TRANSITION, kind));) {
        g_autoptr(KbntValue) transition = full_transition(kind);

        observe(contract, transition);
    }
}

static void
it_observes_every_transition_with_the_least_that_it_can_have(void)
{
    g_autoptr(Contract) contract = contract_open();

    if (lacks_observe(contract))
        return;
    for (gint64 kind = 0; (kind = kbnt_enum_next(KBNT_TYPE_TRANSITION, kind));) {
        g_autoptr(KbntValue) transition = sparse_transition(kind);

        observe(contract, transition);
    }
}

static void
a_transition_of_a_later_version_does_no_harm(void)
{
    g_autoptr(Contract) contract = contract_open();
    g_autoptr(KbntValue) transition = sparse_transition(9999);

    if (lacks_observe(contract))
        return;
    observe(contract, transition);
}

/* The others that hold the value would see it change. */
static void
what_it_has_observed_is_as_before(void)
{
    g_autoptr(Contract) contract = contract_open();
    g_autoptr(KbntValue) transition = full_transition(KBNT_TRANSITION_REQUEST_ENDED);
    g_autoptr(KbntValue) before = kbnt_value_copy(transition);

    if (lacks_observe(contract))
        return;
    observe(contract, transition);

    CU_ASSERT(kbnt_value_equal(transition, before));
}

/* A snapshot. */

static const double bounds[] = { 0.5, 1, 60 };

static void
add_histogram(KbntSnapshot *snapshot, const char *label)
{
    static const guint64 counts[] = { 1, 1, 3, 4 };

    kbnt_snapshot_add_family(snapshot, "contract_duration_seconds", "How long it took",
                             "seconds", KBNT_METRIC_HISTOGRAM,
                             (const char *const[]){ "step", NULL }, bounds,
                             G_N_ELEMENTS(bounds));
    kbnt_snapshot_add_series(snapshot, (const char *const[]){ label, NULL }, 75.25, counts);
}

/* Returns: a counter, a gauge and a histogram, one series each with this label. */
static KbntSnapshot *
small_snapshot(const char *label, const char *help)
{
    KbntSnapshot *snapshot = kbnt_snapshot_new();

    kbnt_snapshot_add_family(snapshot, "contract_things_total", help, "", KBNT_METRIC_COUNTER,
                             (const char *const[]){ "thing", NULL }, NULL, 0);
    kbnt_snapshot_add_series(snapshot, (const char *const[]){ label, NULL }, 12, NULL);
    kbnt_snapshot_add_family(snapshot, "contract_level", "How high it stands", "",
                             KBNT_METRIC_GAUGE, (const char *const[]){ "a", "b", NULL }, NULL,
                             0);
    kbnt_snapshot_add_series(snapshot, (const char *const[]){ label, "", NULL }, -0.5, NULL);
    add_histogram(snapshot, label);
    kbnt_snapshot_seal(snapshot);
    return snapshot;
}

static KbntSnapshot *
large_snapshot(void)
{
    KbntSnapshot *snapshot = kbnt_snapshot_new();

    for (guint i = 0; i < N_FULL_FAMILIES; i++) {
        g_autofree char *name = g_strdup_printf("contract_%u_total", i);

        kbnt_snapshot_add_family(snapshot, name, "One of many", "", KBNT_METRIC_COUNTER,
                                 (const char *const[]){ "number", NULL }, NULL, 0);
        for (guint j = 0; j < N_FULL_SERIES; j++) {
            g_autofree char *label = g_strdup_printf("%u", j);

            kbnt_snapshot_add_series(snapshot, (const char *const[]){ label, NULL }, i + j / 8.,
                                     NULL);
        }
    }
    kbnt_snapshot_seal(snapshot);
    return snapshot;
}

/* Returns: (transfer full): what it renders; the content type is looked at, too. */
static GBytes *
render(Contract *contract, const KbntSnapshot *snapshot, const char *accept)
{
    const char *content_type = NULL;
    GBytes *text;

    contract_op_begins();
    text = sink_ops(contract)->render(contract->instance, snapshot, accept, &content_type);
    contract_op_ended("render");
    CU_ASSERT_PTR_NOT_NULL_FATAL(text);
    CU_ASSERT_PTR_NOT_NULL_FATAL(content_type);
    CU_ASSERT(strchr(content_type, '/') != NULL);
    return text;
}

static guint
count_lines(GBytes *text)
{
    gsize length = 0;
    const char *bytes = g_bytes_get_data(text, &length);
    guint n_lines = 0;

    for (gsize i = 0; i < length; i++)
        n_lines += bytes[i] == '\n';
    return n_lines;
}

static void
it_renders_a_snapshot_as_text(void)
{
    g_autoptr(Contract) contract = contract_open();
    g_autoptr(KbntSnapshot) snapshot = small_snapshot("one", "Things");

    if (lacks_render(contract))
        return;
    g_autoptr(GBytes) text = render(contract, snapshot, NULL);

    CU_ASSERT(
        g_utf8_validate(g_bytes_get_data(text, NULL), (gssize)g_bytes_get_size(text), NULL));
    CU_ASSERT(g_bytes_get_size(text) > 0);
}

static void
it_renders_an_empty_snapshot(void)
{
    g_autoptr(Contract) contract = contract_open();
    g_autoptr(KbntSnapshot) snapshot = kbnt_snapshot_new();

    if (lacks_render(contract))
        return;
    kbnt_snapshot_seal(snapshot);
    g_autoptr(GBytes) text = render(contract, snapshot, NULL);

    CU_ASSERT(count_lines(text) <= 1);
}

static void
the_same_snapshot_renders_the_same_twice(void)
{
    g_autoptr(Contract) contract = contract_open();
    g_autoptr(KbntSnapshot) snapshot = small_snapshot("one", "Things");

    if (lacks_render(contract))
        return;
    g_autoptr(GBytes) first = render(contract, snapshot, "text/plain");
    g_autoptr(GBytes) second = render(contract, snapshot, "text/plain");

    CU_ASSERT(g_bytes_equal(first, second));
}

static void
labels_and_helps_stay_in_their_lines(void)
{
    g_autoptr(Contract) contract = contract_open();
    g_autoptr(KbntSnapshot) tame = small_snapshot("one", "Things");
    g_autoptr(KbntSnapshot) wild = small_snapshot("o\"ne\n\\two\n", "Thi\nngs \\ \"");

    if (lacks_render(contract))
        return;
    g_autoptr(GBytes) tame_text = render(contract, tame, NULL);
    g_autoptr(GBytes) wild_text = render(contract, wild, NULL);

    kbnt_assert_int(count_lines(wild_text), count_lines(tame_text));
}

static void
whatever_the_scraper_accepts_it_gets_an_answer(void)
{
    static const char *const accepts[] = {
        "",
        ",",
        ";;,;q=",
        "*/*;q=0",
        "text/html",
        "text/plain;version=9.9",
        "\"",
        "q=1;q=1;q=1",
        "application/openmetrics-text; version=1.0.0;q=1,text/plain;q=-1,*/*;q=nan",
    };
    g_autoptr(Contract) contract = contract_open();
    g_autoptr(KbntSnapshot) snapshot = small_snapshot("one", "Things");

    if (lacks_render(contract))
        return;
    for (guint i = 0; i < G_N_ELEMENTS(accepts); i++)
        g_bytes_unref(render(contract, snapshot, accepts[i]));
}

static void
a_thousand_series_do_not_hold_the_loop(void)
{
    g_autoptr(Contract) contract = contract_open();
    g_autoptr(KbntSnapshot) snapshot = large_snapshot();

    if (lacks_render(contract))
        return;
    g_autoptr(GBytes) text = render(contract, snapshot, NULL);

    CU_ASSERT(count_lines(text) >= N_FULL_FAMILIES * N_FULL_SERIES);
}

/* Whatever the loop asks of the sink while it observes. */
static void
ask_beside(Contract *contract, const KbntSnapshot *snapshot)
{
    const KbntSinkOps *ops = sink_ops(contract);

    if (ops->render)
        g_bytes_unref(render(contract, snapshot, NULL));
    if (ops->life.health)
        kbnt_value_unref(ops->life.health(contract->instance));
    if (ops->life.reload)
        CU_ASSERT(ops->life.reload(contract->instance, contract->config, NULL));
}

static void
it_is_asked_and_reloaded_while_it_observes(void)
{
    g_autoptr(Contract) contract = contract_open();
    g_autoptr(KbntSnapshot) snapshot = small_snapshot("one", "Things");
    g_autoptr(KbntValue) transition = full_transition(KBNT_TRANSITION_REQUEST_ENDED);
    g_autofree KbntValue **transitions = g_new(KbntValue *, N_OBSERVED_BESIDE);
    Watch watch = { contract, transitions, N_OBSERVED_BESIDE, FALSE };

    if (lacks_observe(contract))
        return;
    for (guint i = 0; i < N_OBSERVED_BESIDE; i++)
        transitions[i] = transition;
    GThread *thread = g_thread_new("sink", observe_all, &watch);
    while (!is_watched(&watch)) {
        ask_beside(contract, snapshot);
        fake_host_turn(contract->host, 0);
    }
    g_thread_join(thread);

    contract_stop(contract);
}

static const KbntTest tests[] = {
    KBNT_TEST(it_observes_or_renders),
    KBNT_TEST(it_observes_every_transition_with_all_that_it_can_have),
    KBNT_TEST(it_observes_every_transition_with_the_least_that_it_can_have),
    KBNT_TEST(a_transition_of_a_later_version_does_no_harm),
    KBNT_TEST(what_it_has_observed_is_as_before),
    KBNT_TEST(it_renders_a_snapshot_as_text),
    KBNT_TEST(it_renders_an_empty_snapshot),
    KBNT_TEST(the_same_snapshot_renders_the_same_twice),
    KBNT_TEST(labels_and_helps_stay_in_their_lines),
    KBNT_TEST(whatever_the_scraper_accepts_it_gets_an_answer),
    KBNT_TEST(a_thousand_series_do_not_hold_the_loop),
    KBNT_TEST(it_is_asked_and_reloaded_while_it_observes),
};

const ContractSuite contract_sink_suite = { KBNT_KIND_SINK, tests, G_N_ELEMENTS(tests) };
