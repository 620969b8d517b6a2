/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * kafka-renewal.h: owns how a member that has failed for good joins again.
 *
 * A static member is fenced where another process joins by its name; but librdkafka 2.0.2 is
 * fenced by its own next joining too, where a commit by the former member id comes behind that.
 * Whoever else has the name keeps it alive; what is left of oneself goes with its session.
 */
#pragma once

#include "kafka-consumer.h"

/* The partitions are lost at once; the rest is done on a thread, which ends with the member.
 * @reason: what librdkafka says of it. */
void kafka_member_renew(KafkaMember *member, const char *reason);
