/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Owns the table of all metrics of the core: what a scrape shows, and the reference of it.
 *
 * KBNT_METRIC_TABLE: M(ID, "name", KIND, HALF, "labels", buckets, known, "help").
 *
 * HALF exposes it (a role ALL has both). known says which series exist from the start: each
 * (the product of the values that the labels can have), none, or a list of its own. The unit of
 * a metric is the end of its name. Names of the contract are fixed; new rows are appended to
 * their group. */
#pragma once

#define KBNT_METRIC_TABLE(M) \
    /* steps 2 to 7: a request is judged, stored and published */ \
    M(REQUESTS, "kbnt_virtualization_requests_total", COUNTER, PRODUCER, "service,type", none, \
      each, "Well-formed requests before judgement, without repetitions") \
    M(REPLAYED, "kbnt_requests_replayed_total", COUNTER, PRODUCER, "type", none, each, \
      "Requests that repeated an earlier one and got its answer") \
    M(REJECTED, "kbnt_requests_rejected_total", COUNTER, PRODUCER, "code", none, each, \
      "Requests refused, by the code of the problem") \
    M(SENT, "kbnt_messages_sent_total", COUNTER, ALL, "service,topic", none, sent, \
      "Records that the broker has confirmed") \
    M(TOPIC_MESSAGES, "kbnt_topic_messages_total", COUNTER, ALL, "topic", none, each, \
      "Records that the broker has confirmed, over both services") \
    M(RESENT, "kbnt_messages_resent_total", COUNTER, ALL, "topic", none, each, \
      "Records sent again because their confirmation did not come") \
    M(REQUEST_MS, "kbnt_request_processing_duration_ms", HISTOGRAM, PRODUCER, "type", ms, \
      each, "Milliseconds from the headers of a request to its commit") \
    M(REQUEST_SECONDS, "kbnt_request_processing_duration_seconds", HISTOGRAM, PRODUCER, \
      "type", ms_in_seconds, each, "Time from the headers of a request to its commit") \
    M(OPERATIONS, "kbnt_business_operations_total", COUNTER, PRODUCER, "operation,status", \
      none, each, "Requests by what they are for and how they ended") \
    M(PUBLISH_SECONDS, "kbnt_publish_latency_seconds", HISTOGRAM, ALL, "", ms_in_seconds, \
      each, "Time from handing a record to the transport to its confirmation") \
    M(MESSAGE_BYTES, "kbnt_message_size_bytes", HISTOGRAM, ALL, "topic", bytes, each, \
      "Size of records, without key and headers") \
    M(PROJECTED, "kbnt_events_projected_total", COUNTER, PRODUCER, "event_type", none, each, \
      "Events that became part of the producer's view") \
    M(DUPLICATES, "kbnt_events_duplicate_total", COUNTER, PRODUCER, "", none, each, \
      "Events that were known already") \
    M(GAPS, "kbnt_event_gaps_total", COUNTER, PRODUCER, "", none, each, \
      "Events that came before the one expected in their stream") \
    /* steps 10 to 13: a message is received and worked on */ \
    M(RECEIVED, "kbnt_messages_received_total", COUNTER, CONSUMER, "service,type", none, each, \
      "Messages new to the inbox") \
    M(REDELIVERED, "kbnt_messages_redelivered_total", COUNTER, CONSUMER, "type", none, each, \
      "Messages that were in the inbox already") \
    M(RECEIVE_MS, "kbnt_message_processing_latency_ms", HISTOGRAM, CONSUMER, "type", ms, each, \
      "Milliseconds from the broker's timestamp to the inbox") \
    M(RECEIVE_SECONDS, "kbnt_message_processing_latency_seconds", HISTOGRAM, CONSUMER, "type", \
      ms_in_seconds, each, "Time from the broker's timestamp to the inbox") \
    M(LAG_SECONDS, "kbnt_consumer_lag_seconds", GAUGE, CONSUMER, "topic,partition", none, \
      nothing, "Age of the oldest record that is not in the inbox, 0 when there is none") \
    M(LAG, "kbnt_consumer_lag", GAUGE, CONSUMER, "topic,partition", none, nothing, \
      "Records that are not in the inbox") \
    M(PROCESSING_SECONDS, "kbnt_processing_duration_seconds", HISTOGRAM, ALL, \
      "service,operation", seconds, processing, \
      "Time of publishing a request, and of working on it from inbox to end") \
    M(ALLOCATIONS, "kbnt_resource_allocation_success_total", COUNTER, CONSUMER, \
      "resource_type", none, each, "Allocations claimed on a host") \
    M(STEP_SECONDS, "kbnt_step_duration_seconds", HISTOGRAM, CONSUMER, "operation,step", \
      seconds, steps, "Time of a step that succeeded") \
    M(STEP_OUTCOMES, "kbnt_steps_total", COUNTER, CONSUMER, "step,outcome", none, each, \
      "Steps ended, by how") \
    M(STEP_RETRIES, "kbnt_step_retries_total", COUNTER, CONSUMER, "step", none, each, \
      "Steps tried again") \
    M(MACHINES_GAUGE, "kbnt_virtual_machines_active_gauge", GAUGE, CONSUMER, "", none, each, \
      "Machines that exist (a fixed name)") \
    M(MACHINES, "kbnt_virtual_machines_active", GAUGE, CONSUMER, "", none, each, \
      "Machines that exist") \
    M(CREATED, "kbnt_virtual_resources_created_total", COUNTER, CONSUMER, \
      "resource_type,status,region", none, created, "Resources created") \
    M(REMOVED, "kbnt_virtual_resources_removed_total", COUNTER, CONSUMER, "resource_type", \
      none, each, "Resources removed") \
    M(ACTIVE, "kbnt_virtual_resources_active", GAUGE, CONSUMER, "resource_type", none, each, \
      "Resources that exist") \
    M(COST, "kbnt_resource_cost_usd_total", COUNTER, CONSUMER, "resource_type", none, each, \
      "US dollars: an hour's price at creation and at each further hour begun") \
    M(BOOT_SECONDS, "kbnt_vm_boot_time_seconds", HISTOGRAM, CONSUMER, "", seconds, each, \
      "Time that a new machine took to boot") \
    M(PROCESSED, "kbnt_messages_processed_total", COUNTER, CONSUMER, "service,status", none, \
      each, "Messages worked on to their end") \
    M(FAILED, "kbnt_messages_failed_total", COUNTER, ALL, "service,reason", none, each, \
      "Messages that failed, by reason") \
    /* steps 15 to 17: the end is told */ \
    M(PUBLISHED, "kbnt_events_published_total", COUNTER, CONSUMER, "event_type", none, each, \
      "Events that the broker has acknowledged") \
    M(SUCCESS_RATE, "kbnt_processing_success_rate", GAUGE, CONSUMER, "", none, each, \
      "Share of messages that succeeded in the window of [sla], without those that their " \
      "users cancelled; 1 when there were none") \
    M(END_TO_END, "kbnt_end_to_end_latency_seconds", HISTOGRAM, CONSUMER, "type", seconds, \
      each, "Time from the acceptance of a request to its acknowledged last event") \
    M(COMPLIANCE, "kbnt_business_sla_compliance", GAUGE, CONSUMER, "", none, each, \
      "Share of requests that succeeded within their target in the window of [sla], without " \
      "those that their users cancelled; 1 when there were none") \
    M(SLA_RATIO, "kbnt_sla_compliance_ratio", GAUGE, CONSUMER, "priority", none, each, \
      "The same by priority") \
    M(SLA_OBJECTIVE, "kbnt_sla_objective_ratio", GAUGE, CONSUMER, "", none, each, \
      "What kbnt_business_sla_compliance is to be at least") \
    M(SLA_TARGET, "kbnt_sla_target_seconds", GAUGE, CONSUMER, "priority", none, each, \
      "Target of [sla] by priority") \
    /* what waits, and how the parts are */ \
    M(QUEUE, "kbnt_queue_size", GAUGE, ALL, "queue", none, each, "Work that waits, by queue") \
    M(BACKLOG, "kbnt_outbox_backlog", GAUGE, ALL, "service", none, each, \
      "Records stored and not confirmed by the broker") \
    M(DEAD_LETTERS, "kbnt_dead_letters", GAUGE, ALL, "service", none, each, \
      "Dead letters that wait for an operator") \
    M(DEBTS, "kbnt_cleanup_debts", GAUGE, CONSUMER, "", none, each, \
      "What failed requests left on hypervisors and still hold, until it can be removed") \
    M(DEBTS_PAID, "kbnt_cleanup_debts_paid_total", COUNTER, CONSUMER, "", none, each, \
      "Cleanup debts that were paid") \
    M(FINDINGS, "kbnt_reconcile_findings", GAUGE, CONSUMER, "finding", none, each, \
      "What the last comparison of store and hypervisor found amiss") \
    M(QUOTA_USED, "kbnt_quota_used", GAUGE, PRODUCER, "quantity", none, each, \
      "What exists, over all users, of each quantity of [quota]; memory and storage in MB") \
    M(QUOTA_RESERVED, "kbnt_quota_reserved", GAUGE, PRODUCER, "quantity", none, each, \
      "What accepted requests have reserved, likewise") \
    M(PLUGIN_HEALTHY, "kbnt_plugin_healthy", GAUGE, ALL, "plugin", none, nothing, \
      "1 where the plugin says that it is able to work, 0 where not") \
    M(SINK_DROPPED, "kbnt_sink_dropped_total", COUNTER, ALL, "sink", none, nothing, \
      "Transitions that a slow sink did not get; no metric lost them") \
    M(HTTP_ANSWERS, "kbnt_http_answers_total", COUNTER, ALL, "status", none, nothing, \
      "Answers over HTTP, by status") \
    M(HTTP_CONNECTIONS, "kbnt_http_connections", GAUGE, ALL, "", none, each, \
      "Connections that are open") \
    M(BUILD_INFO, "kbnt_build_info", GAUGE, ALL, "version,role", none, nothing, \
      "Always 1; the labels say what runs") \
    /* the process, under the names that every exporter uses */ \
    M(CPU, "process_cpu_seconds_total", COUNTER, ALL, "", none, each, \
      "User and system time of the process") \
    M(OPEN_FDS, "process_open_fds", GAUGE, ALL, "", none, each, "Open file descriptors") \
    M(MAX_FDS, "process_max_fds", GAUGE, ALL, "", none, each, \
      "Most file descriptors that may be open") \
    M(VIRTUAL_BYTES, "process_virtual_memory_bytes", GAUGE, ALL, "", none, each, \
      "Size of the address space") \
    M(RESIDENT_BYTES, "process_resident_memory_bytes", GAUGE, ALL, "", none, each, \
      "Memory that is in use") \
    M(START_SECONDS, "process_start_time_seconds", GAUGE, ALL, "", none, each, \
      "When the process began, in seconds since 1970")

#define KBNT_METRIC_ID(id, name, kind, half, labels, buckets, known, help) KBNT_METRIC_##id,
typedef enum { KBNT_METRIC_TABLE(KBNT_METRIC_ID) KBNT_N_METRICS } KbntMetricId;
#undef KBNT_METRIC_ID
