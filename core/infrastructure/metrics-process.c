/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Owns the process_* metrics, read from the kernel when somebody looks. */
#include "metrics-private.h"

#include <dirent.h>
#include <stdio.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

static void
set(KbntMetrics *metrics, KbntMetricId id, double value)
{
    kbnt_metrics_set(metrics, id, KBNT_NO_LABELS, value);
}

static double
seconds_of(const struct timeval *time)
{
    return (double)time->tv_sec + (double)time->tv_usec / G_USEC_PER_SEC;
}

static void
read_usage(KbntMetrics *metrics)
{
    struct rusage usage;
    struct rlimit limit;
    if (getrusage(RUSAGE_SELF, &usage) == 0)
        set(metrics, KBNT_METRIC_CPU,
            seconds_of(&usage.ru_utime) + seconds_of(&usage.ru_stime));
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0)
        set(metrics, KBNT_METRIC_MAX_FDS, (double)limit.rlim_cur);
}

static void
read_memory(KbntMetrics *metrics)
{
    unsigned long size = 0, resident = 0;
    double page_bytes = (double)sysconf(_SC_PAGESIZE);
    FILE *statm = fopen("/proc/self/statm", "re");
    if (!statm)
        return;
    if (fscanf(statm, "%lu %lu", &size, &resident) == 2) {
        set(metrics, KBNT_METRIC_VIRTUAL_BYTES, (double)size * page_bytes);
        set(metrics, KBNT_METRIC_RESIDENT_BYTES, (double)resident * page_bytes);
    }
    fclose(statm);
}

static void
read_descriptors(KbntMetrics *metrics)
{
    DIR *folder = opendir("/proc/self/fd");
    gint n_entries = 0;
    if (!folder)
        return;
    while (readdir(folder))
        n_entries++;
    closedir(folder);
    /* without ".", ".." and the folder itself */
    set(metrics, KBNT_METRIC_OPEN_FDS, n_entries - 3);
}

/* Ticks since the machine began, the 22nd word of stat; the second may contain blanks. */
static double
start_ticks(void)
{
    g_autofree char *stat = NULL;
    if (!g_file_get_contents("/proc/self/stat", &stat, NULL, NULL))
        return 0;
    const char *behind_name = g_strrstr(stat, ") ");
    if (!behind_name)
        return 0;
    g_auto(GStrv) words = g_strsplit(behind_name + 2, " ", -1);
    return g_strv_length(words) > 19 ? g_ascii_strtod(words[19], NULL) : 0;
}

static void
read_start(KbntMetrics *metrics)
{
    struct timespec since_boot;
    KbntSeries *series = kbnt_metrics_series(metrics, KBNT_METRIC_START_SECONDS,
                                             KBNT_NO_LABELS);
    if (series->value > 0 || clock_gettime(CLOCK_BOOTTIME, &since_boot) != 0)
        return;
    double boot_seconds = (double)g_get_real_time() / G_USEC_PER_SEC -
                          (double)since_boot.tv_sec - (double)since_boot.tv_nsec / 1e9;
    series->value = boot_seconds + start_ticks() / (double)sysconf(_SC_CLK_TCK);
}

void
kbnt_metrics_read_process(KbntMetrics *metrics)
{
    read_usage(metrics);
    read_memory(metrics);
    read_descriptors(metrics);
    read_start(metrics);
}
