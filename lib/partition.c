/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * partition.c: owns the choice of a partition by key: murmur2, as Kafka's clients for Java and
 * JavaScript do it, so that they and every transport agree on where a key lives.
 */
#include <kbnt/kbnt-values.h>

#define SEED 0x9747b28cU
#define MULTIPLIER 0x5bd1e995U
#define ROTATION 24

static guint32
mix(guint32 word)
{
    word *= MULTIPLIER;
    word ^= word >> ROTATION;
    return word * MULTIPLIER;
}

static guint32
little_endian_word(const guint8 *bytes)
{
    return bytes[0] | (guint32)bytes[1] << 8 | (guint32)bytes[2] << 16 |
           (guint32)bytes[3] << 24;
}

static guint32
mix_tail(guint32 hash, const guint8 *bytes, gsize length)
{
    if (length == 0)
        return hash;
    for (gsize i = length; i > 0; i--)
        hash ^= (guint32)bytes[i - 1] << (8 * (i - 1));
    return hash * MULTIPLIER;
}

static guint32
murmur2(const guint8 *bytes, gsize length)
{
    guint32 hash = SEED ^ (guint32)length;
    gsize i;

    for (i = 0; i + 4 <= length; i += 4)
        hash = hash * MULTIPLIER ^ mix(little_endian_word(bytes + i));
    hash = mix_tail(hash, bytes + i, length - i);
    hash ^= hash >> 13;
    hash *= MULTIPLIER;
    return hash ^ hash >> 15;
}

gint32
kbnt_partition(const void *key, gsize length, gint32 n_partitions)
{
    g_return_val_if_fail(key || length == 0, 0);
    g_return_val_if_fail(n_partitions >= 1, 0);

    return (gint32)(murmur2(key, length) & 0x7fffffff) % n_partitions;
}
