/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* run-rig.c: see run-rig.h. */
#include "run-rig.h"

#include "sample-messages.h"

/* More than a run tries anything. */
#define MANY 32

static void
ended(KbntRun *run, gpointer data)
{
    (void)run;
    ((RunRig *)data)->n_ended++;
}

static const char *
id_of_type(KbntResourceType type)
{
    static const char *const ids[] = {
        [KBNT_RESOURCE_TYPE_VIRTUAL_MACHINE] = RUN_RIG_MACHINE,
        [KBNT_RESOURCE_TYPE_VIRTUAL_STORAGE] = RUN_RIG_STORAGE,
        [KBNT_RESOURCE_TYPE_VIRTUAL_NETWORK] = RUN_RIG_NETWORK,
    };

    return ids[type];
}

static KbntResourceType
type_of_id(const char *id)
{
    if (g_str_equal(id, RUN_RIG_MACHINE))
        return KBNT_RESOURCE_TYPE_VIRTUAL_MACHINE;
    return g_str_equal(id, RUN_RIG_STORAGE) ? KBNT_RESOURCE_TYPE_VIRTUAL_STORAGE
                                            : KBNT_RESOURCE_TYPE_VIRTUAL_NETWORK;
}

KbntValue *
run_rig_row(KbntRequestType verb, KbntResourceType type)
{
    KbntValue *row = kbnt_value_new();
    KbntValue *request = kbnt_sample_request(verb);

    kbnt_value_set_int(request, KBNT_FIELD_RESOURCE_TYPE, type);
    kbnt_value_set_string(request, KBNT_FIELD_VIRTUAL_RESOURCE_ID, id_of_type(type));
    kbnt_value_clear(kbnt_value_get_value(request, KBNT_FIELD_SPECIFICATION),
                     KBNT_FIELD_VOLUMES);
    kbnt_value_set_string(row, KBNT_FIELD_MESSAGE_ID, SAMPLE_MESSAGE_ID);
    kbnt_value_set_string(row, KBNT_FIELD_STREAM_ID, SAMPLE_MESSAGE_ID);
    kbnt_value_set_int(row, KBNT_FIELD_SEQUENCE, 1);
    kbnt_value_set_int(row, KBNT_FIELD_INBOX_STATE, KBNT_INBOX_STATE_WAITING);
    kbnt_value_set_int(row, KBNT_FIELD_REMAINING_MS, 60000);
    kbnt_value_set_string(row, KBNT_FIELD_VM_ID, "vm-20250830-0001");
    kbnt_value_take_value(row, KBNT_FIELD_REQUEST, request);
    return row;
}

KbntValue *
run_rig_left_row(KbntRequestType verb, KbntResourceType type, KbntStep step, KbntPhase phase)
{
    KbntValue *row = run_rig_row(verb, type);
    g_autoptr(RunRig) rig = run_rig_new(row);
    KbntValue *state = kbnt_value_copy(
        kbnt_value_get_value(run_rig_command(rig), KBNT_FIELD_DATA));

    kbnt_value_set_int(state, KBNT_FIELD_STEP, step);
    kbnt_value_set_int(state, KBNT_FIELD_PHASE, phase);
    kbnt_value_set_string(state, KBNT_FIELD_HOST, "host-1");
    kbnt_value_take_value(row, KBNT_FIELD_DATA, state);
    return row;
}

RunRig *
run_rig_new(const KbntValue *row)
{
    RunRig *rig = g_new0(RunRig, 1);
    const KbntRelayHooks hooks = { 0 };
    const KbntPorts *ports;

    rig->fake = fake_ports_new(TRUE);
    rig->commands = fake_ports_commands(rig->fake);
    rig->queries = fake_ports_queries(rig->fake);
    rig->actions = fake_ports_actions(rig->fake);
    ports = fake_ports_get(rig->fake);
    rig->relay = kbnt_relay_new(ports, KBNT_SERVICE_CONSUMER, 1, 4, &hooks);
    rig->prices.cpu = 0.005;
    rig->context = (KbntRunContext){ ports, rig->relay, &rig->prices, "worker-1", ended, rig };
    rig->run = kbnt_run_new(&rig->context, row);
    kbnt_run_begin(rig->run);
    return rig;
}

RunRig *
run_rig_claimed(KbntRequestType verb, KbntResourceType type)
{
    g_autoptr(KbntValue) row = run_rig_row(verb, type);
    RunRig *rig = run_rig_new(row);

    run_rig_claim(rig);
    return rig;
}

/* Whoever waits for an answer owns what it needs for it, so no question stays open. */
static void
answer_what_is_open(RunRig *rig)
{
    FakeCalls *const all[] = { rig->actions, rig->queries, rig->commands };
    guint n_answered;

    do {
        n_answered = 0;
        for (guint i = 0; i < G_N_ELEMENTS(all); i++)
            for (; fake_calls_length(all[i]) > 0; n_answered++)
                fake_calls_fail(all[i], KBNT_ERROR_UNAVAILABLE);
    } while (n_answered > 0);
}

void
run_rig_free(RunRig *rig)
{
    if (rig == NULL)
        return;
    answer_what_is_open(rig);
    kbnt_run_free(rig->run);
    kbnt_relay_free(rig->relay);
    fake_ports_free(rig->fake);
    g_free(rig);
}

void
run_rig_claim(RunRig *rig)
{
    g_autoptr(KbntValue) result = kbnt_value_new();

    kbnt_value_set_int(result, KBNT_FIELD_EPOCH, RUN_RIG_EPOCH);
    fake_calls_complete(rig->commands, result);
}

void
run_rig_find(RunRig *rig, KbntResourceStatus status)
{
    const char *id = kbnt_value_get_string(fake_calls_argument(rig->queries, 0),
                                           KBNT_FIELD_VIRTUAL_RESOURCE_ID);
    g_autoptr(KbntValue) result = kbnt_value_new();
    KbntValue *resource = kbnt_value_new();

    g_assert(fake_calls_verb(rig->queries, 0) == KBNT_STORE_RESOURCE);
    kbnt_value_set_string(resource, KBNT_FIELD_VIRTUAL_RESOURCE_ID, id);
    kbnt_value_set_string(resource, KBNT_FIELD_MESSAGE_ID, SAMPLE_OTHER_ID);
    kbnt_value_set_string(resource, KBNT_FIELD_HOST, "host-1");
    kbnt_value_set_int(resource, KBNT_FIELD_RESOURCE_TYPE, type_of_id(id));
    kbnt_value_set_int(resource, KBNT_FIELD_RESOURCE_STATUS, status);
    kbnt_value_take_value(result, KBNT_FIELD_RESOURCE, resource);
    fake_calls_complete(rig->queries, result);
}

void
run_rig_place(RunRig *rig, gboolean has_host)
{
    g_autoptr(KbntValue) result = kbnt_value_new();

    g_assert(fake_calls_verb(rig->queries, 0) == KBNT_STORE_HOSTS);
    if (has_host)
        kbnt_value_take_item(result, KBNT_FIELD_HOSTS, kbnt_sample_host());
    fake_calls_complete(rig->queries, result);
}

void
run_rig_step(RunRig *rig)
{
    fake_calls_complete(rig->actions, NULL);
    fake_calls_complete(rig->commands, NULL);
}

void
run_rig_fail_undo(RunRig *rig)
{
    for (guint i = 0; i < MANY && fake_calls_length(rig->actions) > 0; i++) {
        fake_calls_fail(rig->actions, KBNT_ERROR_PROVISIONER_UNAVAILABLE);
        fake_ports_pass_ms(rig->fake, 10);
    }
}

KbntValue *
run_rig_command(RunRig *rig)
{
    return fake_calls_argument(rig->commands, 0);
}

KbntValue *
run_rig_resource(RunRig *rig)
{
    return kbnt_value_get_value(run_rig_command(rig), KBNT_FIELD_RESOURCE);
}

KbntValue *
run_rig_event(RunRig *rig)
{
    KbntValue *command = run_rig_command(rig);
    guint n_records = kbnt_value_length(command, KBNT_FIELD_RECORDS);

    g_assert(n_records > 0);
    return kbnt_value_get_value(
        kbnt_value_nth_value(command, KBNT_FIELD_RECORDS, n_records - 1), KBNT_FIELD_EVENT);
}

gint64
run_rig_command_int(RunRig *rig, KbntField field)
{
    return kbnt_value_get_int(run_rig_command(rig), field);
}

gint64
run_rig_event_int(RunRig *rig, KbntField field)
{
    return kbnt_value_get_int(run_rig_event(rig), field);
}

const char *
run_rig_event_code(RunRig *rig)
{
    return kbnt_value_get_string(kbnt_value_get_value(run_rig_event(rig), KBNT_FIELD_ERROR),
                                 KBNT_FIELD_CODE);
}

char *
run_rig_journal(RunRig *rig)
{
    KbntValue *command = run_rig_command(rig);
    GString *lines = g_string_new(NULL);

    for (guint i = 0; i < kbnt_value_length(command, KBNT_FIELD_JOURNAL); i++) {
        const KbntValue *line = kbnt_value_nth_value(command, KBNT_FIELD_JOURNAL, i);

        g_string_append_printf(
            lines, "%s%s %s", i > 0 ? ", " : "",
            kbnt_enum_name(KBNT_TYPE_PHASE, kbnt_value_get_int(line, KBNT_FIELD_PHASE)),
            kbnt_enum_name(KBNT_TYPE_STEP, kbnt_value_get_int(line, KBNT_FIELD_STEP)));
    }
    return g_string_free(lines, FALSE);
}
