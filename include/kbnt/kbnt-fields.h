/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * kbnt-fields.h: owns the tables of all enumerations and of all fields that a value can hold.
 *
 * It is data, to be included by kbnt-values.h and expanded with a macro of one's own. The
 * number of a row is its ABI: rows are appended, never renumbered, renamed or reused.
 */
#ifndef KBNT_FIELDS_H
#define KBNT_FIELDS_H

/* E(number, NAME, "text on the wire") */

#define KBNT_HALF_TABLE(E) \
    E(1, PRODUCER, "producer") \
    E(2, CONSUMER, "consumer") \
    E(3, ALL, "all")

#define KBNT_REQUEST_TYPE_TABLE(E) \
    E(1, CREATE_VIRTUAL_MACHINE, "CREATE_VIRTUAL_MACHINE") \
    E(2, ALLOCATE_STORAGE, "ALLOCATE_STORAGE") \
    E(3, CREATE_NETWORK, "CREATE_NETWORK") \
    E(4, DELETE_RESOURCE, "DELETE_RESOURCE") \
    E(5, START_VIRTUAL_MACHINE, "START_VIRTUAL_MACHINE") \
    E(6, STOP_VIRTUAL_MACHINE, "STOP_VIRTUAL_MACHINE") \
    E(7, REBOOT_VIRTUAL_MACHINE, "REBOOT_VIRTUAL_MACHINE") \
    E(8, ATTACH_STORAGE, "ATTACH_STORAGE") \
    E(9, DETACH_STORAGE, "DETACH_STORAGE") \
    E(10, CANCEL_REQUEST, "CANCEL_REQUEST")

#define KBNT_PRIORITY_TABLE(E) \
    E(1, LOW, "LOW") \
    E(2, NORMAL, "NORMAL") \
    E(3, HIGH, "HIGH") \
    E(4, CRITICAL, "CRITICAL")

#define KBNT_REQUEST_STATUS_TABLE(E) \
    E(1, QUEUED, "QUEUED") \
    E(2, PROCESSING, "PROCESSING") \
    E(3, COMPENSATING, "COMPENSATING") \
    E(4, COMPLETED, "COMPLETED") \
    E(5, FAILED, "FAILED") \
    E(6, CANCELLED, "CANCELLED")

#define KBNT_RESOURCE_TYPE_TABLE(E) \
    E(1, VIRTUAL_MACHINE, "virtual-machine") \
    E(2, VIRTUAL_STORAGE, "virtual-storage") \
    E(3, VIRTUAL_NETWORK, "virtual-network")

#define KBNT_RESOURCE_STATUS_TABLE(E) \
    E(1, PENDING, "PENDING") \
    E(2, RUNNING, "RUNNING") \
    E(3, STOPPED, "STOPPED") \
    E(4, ALLOCATED, "ALLOCATED") \
    E(5, IN_USE, "IN_USE") \
    E(6, ACTIVE, "ACTIVE") \
    E(7, DELETING, "DELETING") \
    E(8, DELETED, "DELETED") \
    E(9, LOST, "LOST") \
    E(10, QUARANTINED, "QUARANTINED")

#define KBNT_EVENT_TYPE_TABLE(E) \
    E(1, VIRTUALIZATION_ACCEPTED, "VIRTUALIZATION_ACCEPTED") \
    E(2, VIRTUALIZATION_STARTED, "VIRTUALIZATION_STARTED") \
    E(3, VIRTUALIZATION_STEP_COMPLETED, "VIRTUALIZATION_STEP_COMPLETED") \
    E(4, VIRTUALIZATION_COMPLETED, "VIRTUALIZATION_COMPLETED") \
    E(5, VIRTUALIZATION_FAILED, "VIRTUALIZATION_FAILED") \
    E(6, VIRTUALIZATION_COMPENSATED, "VIRTUALIZATION_COMPENSATED") \
    E(7, VIRTUALIZATION_CANCELLED, "VIRTUALIZATION_CANCELLED") \
    E(8, RESOURCE_STATE_CHANGED, "RESOURCE_STATE_CHANGED") \
    E(9, RESOURCE_DELETED, "RESOURCE_DELETED") \
    E(10, HOST_REPORTED, "HOST_REPORTED")

/* The status in the payload of an event. */
#define KBNT_OUTCOME_TABLE(E) \
    E(1, SUCCESS, "SUCCESS") \
    E(2, FAILED, "FAILED") \
    E(3, CANCELLED, "CANCELLED") \
    E(4, IN_PROGRESS, "IN_PROGRESS")

/* The status of an entry of processingHistory. */
#define KBNT_HISTORY_STATUS_TABLE(E) \
    E(1, SUCCESS, "SUCCESS") \
    E(2, FAILED, "FAILED") \
    E(3, SKIPPED, "SKIPPED") \
    E(4, COMPENSATED, "COMPENSATED")

#define KBNT_SERVICE_TABLE(E) \
    E(1, PRODUCER, "virtualization-producer-service") \
    E(2, CONSUMER, "virtualization-consumer-service")

#define KBNT_LAYER_TABLE(E) \
    E(1, DOMAIN, "domain") \
    E(2, APPLICATION, "application") \
    E(3, INFRASTRUCTURE, "infrastructure")

/* The steps of the saga; also metric labels, history entries, fault keys and crash points. */
#define KBNT_STEP_TABLE(E) \
    E(1, PLAN, "PLAN") \
    E(2, NETWORK, "NETWORK") \
    E(3, VOLUME, "VOLUME") \
    E(4, SEED, "SEED") \
    E(5, FILTER, "FILTER") \
    E(6, MACHINE, "MACHINE") \
    E(7, BOOT, "BOOT") \
    E(8, AGENT, "AGENT") \
    E(9, VERIFY, "VERIFY") \
    E(10, POWER, "POWER") \
    E(11, ATTACH, "ATTACH") \
    E(12, DETACH, "DETACH")

/* What a line of the consumer's journal announces or records. */
#define KBNT_PHASE_TABLE(E) \
    E(1, INTENT, "INTENT") \
    E(2, RESULT, "RESULT") \
    E(3, FAULT, "FAULT") \
    E(4, UNDO_INTENT, "UNDO_INTENT") \
    E(5, UNDO_RESULT, "UNDO_RESULT")

/* Where a message stands in the consumer's inbox. */
#define KBNT_INBOX_STATE_TABLE(E) \
    E(1, WAITING, "WAITING") \
    E(2, RUNNING, "RUNNING") \
    E(3, UNDOING, "UNDOING") \
    E(4, ENDED, "ENDED") \
    E(5, TOMBSTONE, "TOMBSTONE") \
    E(6, DEBT, "DEBT")

/* The parts of a resource that a provisioner makes. */
#define KBNT_PART_TABLE(E) \
    E(1, NETWORK, "network") \
    E(2, VOLUME, "volume") \
    E(3, SEED, "seed") \
    E(4, FILTER, "filter") \
    E(5, MACHINE, "machine")

#define KBNT_POWER_TABLE(E) \
    E(1, START, "start") \
    E(2, STOP, "stop") \
    E(3, REBOOT, "reboot")

#define KBNT_DISK_CLASS_TABLE(E) \
    E(1, STANDARD, "standard") \
    E(2, SSD, "ssd") \
    E(3, HDD, "hdd") \
    E(4, NVME, "nvme")

#define KBNT_NETWORK_MODE_TABLE(E) \
    E(1, ISOLATED, "isolated") \
    E(2, NAT, "nat") \
    E(3, BRIDGED, "bridged")

#define KBNT_CANCEL_REASON_TABLE(E) \
    E(1, USER, "USER") \
    E(2, DEADLINE, "DEADLINE")

#define KBNT_HEALTH_TABLE(E) \
    E(1, HEALTHY, "healthy") \
    E(2, DEGRADED, "degraded") \
    E(3, UNHEALTHY, "unhealthy")

#define KBNT_CHECK_STATUS_TABLE(E) \
    E(1, PASSED, "PASSED") \
    E(2, FAILED, "FAILED") \
    E(3, SKIPPED, "SKIPPED")

#define KBNT_BUDGET_TABLE(E) \
    E(1, APPROVED, "APPROVED") \
    E(2, EXCEEDED, "EXCEEDED")

#define KBNT_LEDGER_MOVE_TABLE(E) \
    E(1, COMMIT, "commit") \
    E(2, RELEASE, "release")

/*
 * KBNT_FIELD_TABLE: F(number, NAME, "name on the wire", TYPE).
 *
 * TYPE is BOOL, INT, NUMBER, TIME (INT, milliseconds since 1970), STRING, BYTES, VALUE,
 * STRINGS, VALUES, SECRET and SECRETS (STRING and STRINGS that are never logged or shown), or
 * the name of an enumeration above. The name is that of JSON and Avro.
 */
#define KBNT_FIELD_TABLE(F) \
    /* identity of a request, a message, a stream */ \
    F(1, MESSAGE_ID, "messageId", STRING) \
    F(2, REQUEST_ID, "requestId", STRING) \
    F(3, CORRELATION_ID, "correlationId", STRING) \
    F(4, REQUEST_TYPE, "type", REQUEST_TYPE) \
    F(5, USER_ID, "userId", STRING) \
    F(6, PRIORITY, "priority", PRIORITY) \
    F(7, TIMESTAMP, "timestamp", TIME) \
    F(8, TIMEOUT_MS, "timeoutMs", INT) \
    F(9, DEPENDS_ON, "dependsOn", STRINGS) \
    F(10, RETRY_OF, "retryOf", STRING) \
    F(11, TARGET_MESSAGE_ID, "targetMessageId", STRING) \
    F(12, CANCEL_REASON, "reason", CANCEL_REASON) \
    F(13, SCHEMA_VERSION, "schemaVersion", STRING) \
    F(14, SCOPE, "scope", STRING) \
    F(15, BODY_HASH, "bodyHash", STRING) \
    F(16, IDEMPOTENCY_KEY, "idempotencyKey", STRING) \
    F(17, GROUPS, "groups", STRINGS) \
    F(18, TRACE_PARENT, "traceparent", STRING) \
    F(19, REPLAYED, "replayed", BOOL) \
    /* a request as it is seen */ \
    F(20, REQUEST_STATUS, "status", REQUEST_STATUS) \
    F(21, STEP, "step", STEP) \
    F(22, PERCENT, "percent", INT) \
    F(23, CREATED_AT, "createdAt", TIME) \
    F(24, UPDATED_AT, "updatedAt", TIME) \
    F(25, DEADLINE, "deadline", TIME) \
    F(26, OVERDUE, "overdue", BOOL) \
    F(27, BUDGET, "budget", VALUE) \
    F(28, HISTORY, "processingHistory", VALUES) \
    F(29, RESULT, "result", VALUE) \
    F(30, ERROR, "error", VALUE) \
    F(31, PUBLICATION, "publication", VALUE) \
    F(32, ESTIMATED_TIME, "estimatedTime", INT) \
    F(33, QUEUE_POSITION, "queuePosition", INT) \
    F(34, STARTED, "started", BOOL) \
    /* an entry of the history, a fault, a budget */ \
    F(40, SERVICE, "service", SERVICE) \
    F(41, OPERATION, "operation", STRING) \
    F(42, LAYER, "layer", LAYER) \
    F(43, HISTORY_STATUS, "status", HISTORY_STATUS) \
    F(44, DETAIL, "detail", STRING) \
    F(45, CODE, "code", STRING) \
    F(46, RETRYABLE, "retryable", BOOL) \
    F(47, POINTER, "pointer", STRING) \
    F(48, MESSAGE, "message", STRING) \
    F(49, BUDGET_STATUS, "status", BUDGET) \
    F(50, COST_PER_HOUR_USD, "costPerHourUsd", NUMBER) \
    F(51, LIMIT, "limit", NUMBER) \
    F(52, LEFT, "left", NUMBER) \
    F(53, FAULTS, "errors", VALUES) \
    F(54, CAUSE, "cause", STRING) \
    F(55, DURATION_MS, "durationMs", INT) \
    /* a resource */ \
    F(60, VIRTUAL_RESOURCE_ID, "virtualResourceId", STRING) \
    F(61, VM_ID, "vmId", STRING) \
    F(62, RESOURCE_ID, "resourceId", STRING) \
    F(63, RESOURCE_TYPE, "resourceType", RESOURCE_TYPE) \
    F(64, RESOURCE_STATUS, "resourceStatus", RESOURCE_STATUS) \
    F(65, SPECIFICATION, "specification", VALUE) \
    F(66, ENDPOINTS, "endpoints", VALUE) \
    F(67, HEALTH, "health", VALUE) \
    F(68, METRICS, "metrics", VALUE) \
    F(69, HOST, "host", STRING) \
    F(70, REGION, "region", STRING) \
    F(71, HYPERVISOR, "hypervisor", STRING) \
    F(72, COST, "cost", NUMBER) \
    F(73, OPEN_MESSAGE_ID, "openMessageId", STRING) \
    F(74, LAST_MESSAGE_ID, "lastMessageId", STRING) \
    F(75, ATTACHED_TO, "attachedTo", STRING) \
    F(76, TOUCHES, "touches", VALUES) \
    F(77, RESOURCE, "resource", VALUE) \
    F(78, RESOURCES, "resources", VALUES) \
    F(79, MACHINE_MESSAGE_ID, "machineMessageId", STRING) \
    /* a specification */ \
    F(80, CPU, "cpu", INT) \
    F(81, MEMORY_MB, "memoryMb", INT) \
    F(82, DISK_MB, "diskMb", INT) \
    F(83, DISK_CLASS, "diskClass", DISK_CLASS) \
    F(84, NETWORK, "network", STRING) \
    F(85, IMAGE, "image", STRING) \
    F(86, SSH_KEYS, "sshKeys", SECRETS) \
    F(87, USER_DATA, "userData", SECRET) \
    F(88, SECURITY_GROUPS, "securityGroups", STRINGS) \
    F(89, ANTI_AFFINITY, "antiAffinity", STRING) \
    F(90, VOLUMES, "volumes", STRINGS) \
    F(91, SIZE_MB, "sizeMb", INT) \
    F(92, IOPS, "iops", INT) \
    F(93, SUBNET, "subnet", STRING) \
    F(94, VLAN, "vlan", INT) \
    F(95, GATEWAY, "gateway", STRING) \
    F(96, DHCP, "dhcp", BOOL) \
    F(97, NETWORK_MODE, "mode", NETWORK_MODE) \
    F(98, FORCE, "force", BOOL) \
    F(99, STORAGE_ID, "storageId", STRING) \
    F(100, SSH_KEYS_SHA256, "sshKeysSha256", STRINGS) \
    F(101, USER_DATA_SHA256, "userDataSha256", STRING) \
    F(102, NETWORK_ID, "networkId", STRING) \
    /* endpoints, health, metrics */ \
    F(110, ADDRESS, "address", STRING) \
    F(111, SSH, "ssh", STRING) \
    F(112, HTTP, "http", STRING) \
    F(113, MANAGEMENT, "management", STRING) \
    F(114, HEALTH_STATUS, "status", HEALTH) \
    F(115, PASSED, "passed", INT) \
    F(116, TOTAL, "total", INT) \
    F(117, CHECKS, "checks", VALUES) \
    F(118, NAME, "name", STRING) \
    F(119, CHECK_STATUS, "status", CHECK_STATUS) \
    F(120, MONITORING_AGENT, "monitoringAgent", STRING) \
    F(121, PROVISIONING_SECONDS, "provisioningSeconds", NUMBER) \
    F(122, BOOT_SECONDS, "bootSeconds", NUMBER) \
    F(123, SERVICE_STARTUP_SECONDS, "serviceStartupSeconds", NUMBER) \
    F(124, CPU_PERCENT, "cpuPercent", NUMBER) \
    F(125, MEMORY_USED_MB, "memoryUsedMb", INT) \
    F(126, DISK_IOPS, "diskIops", NUMBER) \
    F(127, MAC, "mac", STRING) \
    /* an event */ \
    F(140, STREAM_ID, "streamId", STRING) \
    F(141, SEQUENCE, "sequence", INT) \
    F(142, EVENT_ID, "eventId", STRING) \
    F(143, ORIGINAL_MESSAGE_ID, "originalMessageId", STRING) \
    F(144, EVENT_TYPE, "eventType", EVENT_TYPE) \
    F(145, VERSION, "version", STRING) \
    F(146, OUTCOME, "status", OUTCOME) \
    F(147, RESOURCE_SPECS, "resourceSpecs", VALUE) \
    F(148, HOST_REPORT, "hostReport", VALUE) \
    F(149, PREVIOUS_CHECKSUM, "previousChecksum", STRING) \
    F(150, CHECKSUM, "checksum", STRING) \
    F(151, EVENT, "event", VALUE) \
    F(152, EVENTS, "events", VALUES) \
    /* a host and its report */ \
    F(160, CAPACITY, "capacity", VALUE) \
    F(161, LABELS, "labels", STRINGS) \
    F(162, IMAGES, "images", VALUES) \
    F(163, SHA256, "sha256", STRING) \
    F(164, HOSTS, "hosts", VALUES) \
    F(165, REPORTED_AT, "reportedAt", TIME) \
    F(166, CLAIMED, "claimed", VALUE) \
    F(167, ALIVE, "alive", BOOL) \
    F(168, RESOURCE_IDS, "resourceIds", STRINGS) \
    /* a record of a transport */ \
    F(180, TOPIC, "topic", STRING) \
    F(181, KEY, "key", BYTES) \
    F(182, BODY, "value", BYTES) \
    F(183, HEADERS, "headers", VALUES) \
    F(184, HEADER_VALUE, "headerValue", BYTES) \
    F(185, PARTITION, "partition", INT) \
    F(186, OFFSET, "offset", INT) \
    F(187, PARTITIONS, "partitions", INT) \
    F(188, REPLICAS, "replicas", INT) \
    F(189, RETENTION_MS, "retentionMs", INT) \
    F(190, MEMBERS, "members", STRINGS) \
    F(191, LAG, "lag", INT) \
    F(192, POSITION, "position", INT) \
    F(193, RECORD, "record", VALUE) \
    F(194, RECORDS, "records", VALUES) \
    F(195, ASSIGNMENTS, "assignments", VALUES) \
    F(196, GROUP, "group", STRING) \
    /* commands and queries of a store */ \
    F(210, STORE_ID, "storeId", STRING) \
    F(211, INBOX_STATE, "inboxState", INBOX_STATE) \
    F(212, OWNER, "owner", STRING) \
    F(213, EPOCH, "epoch", INT) \
    F(214, LEASE_MS, "leaseMs", INT) \
    F(215, REMAINING_MS, "remainingMs", INT) \
    F(216, JOURNAL, "journal", VALUES) \
    F(217, PHASE, "phase", PHASE) \
    F(218, ATTEMPTS, "attempts", INT) \
    F(219, DATA, "data", VALUE) \
    F(220, CHARGES, "charges", VALUES) \
    F(221, ACCOUNT, "account", STRING) \
    F(222, QUANTITY, "quantity", STRING) \
    F(223, AMOUNT, "amount", NUMBER) \
    F(224, RESERVED, "reserved", NUMBER) \
    F(225, USED, "used", NUMBER) \
    F(226, LEDGER_MOVE, "ledgerMove", LEDGER_MOVE) \
    F(227, DUPLICATE, "duplicate", BOOL) \
    F(228, CLAIM, "claim", VALUE) \
    F(229, UNCLAIM, "unclaim", BOOL) \
    F(230, CANCEL_REQUESTED, "cancelRequested", BOOL) \
    F(231, BEFORE, "before", TIME) \
    F(232, MAX_ROWS, "maxRows", INT) \
    F(233, CURSOR, "cursor", STRING) \
    F(234, NEXT_CURSOR, "nextCursor", STRING) \
    F(235, ITEMS, "items", VALUES) \
    F(236, REQUEST, "request", VALUE) \
    F(237, SETTLED, "settled", BOOL) \
    F(238, EXPECTED_SEQUENCE, "expectedSequence", INT) \
    F(239, REASON, "deadLetterReason", STRING) \
    F(240, COUNT, "count", INT) \
    F(241, TOTALS, "totals", VALUES) \
    F(242, PRODUCING, "producing", BOOL) \
    F(243, PREVIOUS_STATUS, "previousStatus", REQUEST_STATUS) \
    F(244, SIZE_BYTES, "sizeBytes", INT) \
    F(245, RECEIVED_AT, "receivedAt", TIME) \
    F(246, RESOURCE_STATUS_BEFORE, "resourceStatusBefore", RESOURCE_STATUS) \
    F(247, REFUSED, "refused", BOOL) \
    F(248, EMPTY_SINCE, "emptySince", TIME) \
    F(249, DEAD_LETTER, "deadLetter", VALUE) \
    /* work of a provisioner */ \
    F(260, PART, "part", PART) \
    F(261, POWER_ACTION, "action", POWER) \
    F(262, PARTS, "parts", VALUES) \
    F(263, PART_ID, "partId", STRING) \
    /* what a sink is told */ \
    F(280, TRANSITION, "transition", TRANSITION) \
    F(281, HALF, "half", HALF) \
    F(282, OUTCOME_LABEL, "outcome", STRING) \
    F(283, SECONDS, "seconds", NUMBER) \
    F(284, FIRST, "first", BOOL)

/* What a sink is told about: see kbnt-sink.h for the fields that each carries. */
#define KBNT_TRANSITION_TABLE(E) \
    E(1, REQUEST_RECEIVED, "request-received") \
    E(2, REQUEST_REPLAYED, "request-replayed") \
    E(3, REQUEST_REJECTED, "request-rejected") \
    E(4, REQUEST_ACCEPTED, "request-accepted") \
    E(5, RECORD_CONFIRMED, "record-confirmed") \
    E(6, RECORD_RESENT, "record-resent") \
    E(7, MESSAGE_RECEIVED, "message-received") \
    E(8, MESSAGE_REDELIVERED, "message-redelivered") \
    E(9, MESSAGE_DEAD, "message-dead") \
    E(10, ALLOCATION_CLAIMED, "allocation-claimed") \
    E(11, STEP_ENDED, "step-ended") \
    E(12, STEP_RETRIED, "step-retried") \
    E(13, RESOURCE_CREATED, "resource-created") \
    E(14, RESOURCE_CHANGED, "resource-changed") \
    E(15, RESOURCE_REMOVED, "resource-removed") \
    E(16, RESOURCE_CHARGED, "resource-charged") \
    E(17, REQUEST_ENDED, "request-ended") \
    E(18, EVENT_ACKNOWLEDGED, "event-acknowledged") \
    E(19, REQUEST_SETTLED, "request-settled") \
    E(20, EVENT_PROJECTED, "event-projected") \
    E(21, DEBT_LEFT, "debt-left") \
    E(22, DEBT_PAID, "debt-paid") \
    E(23, RECONCILED, "reconciled")

#endif
