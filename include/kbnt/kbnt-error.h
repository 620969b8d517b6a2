/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * kbnt-error.h: owns the one error domain of kbnt and the table of its codes.
 *
 * Every failure that crosses a function of kbnt or of a plugin is a GError of the domain
 * KBNT_ERROR. The code says what happened (its row gives class, HTTP status and text); the
 * message says it for this case: the thing in 'quotes', the cause, the next step. Steps and
 * causes go in as prefixes on the way up (g_prefix_error).
 */
#ifndef KBNT_ERROR_H
#define KBNT_ERROR_H

#include <glib.h>

G_BEGIN_DECLS

#define KBNT_ERROR (kbnt_error_quark())

/**
 * KbntErrorClass:
 * @KBNT_CLASS_RETRY: may succeed when tried again, unchanged
 * @KBNT_CLASS_PERMANENT: will fail again until somebody changes something
 * @KBNT_CLASS_CANCELLED: ended on purpose, by a user or a deadline
 * @KBNT_CLASS_BUG: a contract was broken; report it with the log
 *
 * What a caller may do about a failure.
 */
typedef enum {
    KBNT_CLASS_RETRY = 1,
    KBNT_CLASS_PERMANENT = 2,
    KBNT_CLASS_CANCELLED = 3,
    KBNT_CLASS_BUG = 4,
} KbntErrorClass;

/*
 * KBNT_ERROR_TABLE: E(number, NAME, CLASS, HTTP status, text).
 *
 * Numbers and names are never reused and never renamed; new rows are appended to their group.
 * 1-99: a request refused; 100-199: an accepted request failed; 200-299: a record became a
 * dead letter; 300-399: the daemon, its stores and its plugins.
 */
#define KBNT_ERROR_TABLE(E) \
    E(1, MALFORMED, PERMANENT, 400, "The request is not well-formed") \
    E(2, VALIDATION_FAILED, PERMANENT, 422, "The specification is not valid") \
    E(3, UNAUTHENTICATED, PERMANENT, 401, "Valid credentials are needed") \
    E(4, PERMISSION_DENIED, PERMANENT, 403, "The caller may not do this") \
    E(5, QUOTA_EXCEEDED, PERMANENT, 403, "The quota does not allow this") \
    E(6, BUDGET_EXCEEDED, PERMANENT, 403, "The budget does not allow this") \
    E(7, POLICY_DENIED, PERMANENT, 403, "A policy rule denies this") \
    E(8, NOT_FOUND, PERMANENT, 404, "There is no such thing") \
    E(9, METHOD_NOT_ALLOWED, PERMANENT, 405, "The path does not know this method") \
    E(10, REQUEST_TOO_SLOW, RETRY, 408, "The request took too long to arrive") \
    E(11, REQUEST_ID_REUSED, PERMANENT, 409, "The requestId was used for another request") \
    E(12, RESOURCE_BUSY, RETRY, 409, "Another request works on this resource") \
    E(13, STATE_CONFLICT, PERMANENT, 409, "The present state does not allow this") \
    E(14, TOO_LARGE, PERMANENT, 413, "The body is too large") \
    E(15, UNSUPPORTED_MEDIA_TYPE, PERMANENT, 415, "The body is not application/json") \
    E(16, MISDIRECTED, PERMANENT, 421, "The Host is not ours") \
    E(17, IDEMPOTENCY_KEY_REUSED, PERMANENT, 422, \
      "The Idempotency-Key was used for another request") \
    E(18, RATE_LIMITED, RETRY, 429, "Too many requests") \
    E(19, HEADER_TOO_LARGE, PERMANENT, 431, "The header is too large") \
    E(20, BACKLOG_FULL, RETRY, 503, "Too many requests wait to be published") \
    E(21, STORE_FULL, RETRY, 503, "The store has no room") \
    E(22, UNAVAILABLE, RETRY, 503, "The service cannot take requests now") \
    E(23, NOT_IMPLEMENTED, PERMANENT, 501, "The server does not know this method") \
    E(100, NO_CAPACITY, RETRY, 503, "No host has room for this") \
    E(101, IMAGE_UNKNOWN, PERMANENT, 422, "No host has this image") \
    E(102, PROVISIONER_UNAVAILABLE, RETRY, 503, "The provisioner does not answer") \
    E(103, PROVISIONER_FAILED, PERMANENT, 500, "The provisioner failed") \
    E(104, DEADLINE_EXCEEDED, CANCELLED, 504, "The deadline passed") \
    E(105, HOST_LOST, RETRY, 503, "The host is gone") \
    E(106, CANCELLED, CANCELLED, 409, "The request was cancelled") \
    E(107, COMPENSATION_INCOMPLETE, PERMANENT, 500, "What was done could not all be undone") \
    E(108, VERIFICATION_FAILED, PERMANENT, 500, "The resource is not what was asked for") \
    E(200, UNDECODABLE, PERMANENT, 500, "The record cannot be decoded") \
    E(201, SCHEMA_UNKNOWN, PERMANENT, 500, "The schema of the record is not known") \
    E(202, CHECKSUM_MISMATCH, PERMANENT, 500, "The checksum of the record is wrong") \
    E(203, UNSIGNED, PERMANENT, 500, "The record has no signature") \
    E(204, SIGNATURE_INVALID, PERMANENT, 500, "The signature of the record is wrong") \
    E(205, ID_CONFLICT, PERMANENT, 500, "The messageId was used for another message") \
    E(206, EXHAUSTED, PERMANENT, 500, "All attempts failed") \
    E(300, INTERNAL, BUG, 500, "An internal contract was broken") \
    E(301, NOT_SUPPORTED, PERMANENT, 501, "The plugin does not support this") \
    E(302, CONFIG_INVALID, PERMANENT, 500, "The configuration is not valid") \
    E(303, PLUGIN_INVALID, PERMANENT, 500, "The plugin cannot be loaded") \
    E(304, STORE_CORRUPT, PERMANENT, 503, "The store is damaged") \
    E(305, STORE_FAILED, RETRY, 503, "The store failed") \
    E(306, STORE_CONFLICT, RETRY, 503, "The store has moved on since it was read") \
    E(307, LEASE_LOST, CANCELLED, 503, "Another worker holds the lease") \
    E(308, TRANSPORT_UNAVAILABLE, RETRY, 503, "The broker does not answer") \
    E(309, TRANSPORT_FAILED, RETRY, 503, "The transport failed") \
    E(310, QUEUE_FULL, RETRY, 503, "The queue is full") \
    E(311, STOPPED, CANCELLED, 503, "The component is stopped") \
    E(312, TIMED_OUT, RETRY, 504, "The call took too long") \
    E(313, IN_USE, PERMANENT, 500, "Another process holds this")

#define KBNT_ERROR_ROW(number, name, class_name, status, text) KBNT_ERROR_##name = (number),
typedef enum { KBNT_ERROR_TABLE(KBNT_ERROR_ROW) } KbntErrorCode;
#undef KBNT_ERROR_ROW

/**
 * kbnt_error_quark:
 *
 * Returns: the domain of all errors of kbnt; use KBNT_ERROR.
 */
GQuark kbnt_error_quark(void);

/**
 * kbnt_error_class:
 * @error: an error of any domain
 *
 * Returns: what may be done about it; KBNT_CLASS_BUG for a foreign domain or unknown code.
 */
KbntErrorClass kbnt_error_class(const GError *error);

/**
 * kbnt_error_code_name:
 * @code: a KbntErrorCode
 *
 * Returns: (transfer none): its stable name ("NO_CAPACITY"); "INTERNAL" for an unknown code.
 */
const char *kbnt_error_code_name(gint code);

/**
 * kbnt_error_code_from_name:
 * @name: (nullable): a stable name
 *
 * Returns: its code, or 0 where there is none.
 */
gint kbnt_error_code_from_name(const char *name);

/**
 * kbnt_error_code_text:
 * @code: a KbntErrorCode
 *
 * Returns: (transfer none): one sentence for people, without a full stop.
 */
const char *kbnt_error_code_text(gint code);

/**
 * kbnt_error_http_status:
 * @code: a KbntErrorCode
 *
 * Returns: the HTTP status (RFC 9110) that answers it; 500 for an unknown code.
 */
guint kbnt_error_http_status(gint code);

G_END_DECLS

#endif
