/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Owns the look into a shared object before the dynamic linker gets it. */
#include "elf-header.h"

#include <kbnt/kbnt-error.h>
#include <link.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What a linker puts before our own first section: the header of the program that runs. */
extern const ElfW(Ehdr) __ehdr_start __attribute__((visibility("hidden")));

static gboolean
refuse(GError **error, const char *text)
{
    g_set_error_literal(error, KBNT_ERROR, KBNT_ERROR_PLUGIN_INVALID, text);
    return FALSE;
}

static gboolean
is_within(guint64 offset, guint64 length, guint64 size)
{
    return offset <= size && length <= size - offset;
}

static gboolean
read_at(gint fd, gpointer buffer, gsize length, guint64 offset)
{
    gssize n_read = TEMP_FAILURE_RETRY(pread(fd, buffer, length, (off_t)offset));
    return n_read == (gssize)length;
}

/* Each segment that will be mapped must lie in the file. */
static gboolean
segments_are_whole(gint fd, const ElfW(Ehdr) * header, guint64 size)
{
    for (guint i = 0; i < header->e_phnum; i++) {
        ElfW(Phdr) segment;
        if (!read_at(fd, &segment, sizeof(segment), header->e_phoff + i * sizeof(segment)))
            return FALSE;
        if (!is_within(segment.p_offset, segment.p_filesz, size))
            return FALSE;
    }
    return TRUE;
}

/* The sections stand at the end, so that they tell of any cut. */
static gboolean
is_whole(gint fd, const ElfW(Ehdr) * header, guint64 size)
{
    guint64 sections = (guint64)header->e_shnum * header->e_shentsize;
    guint64 segments = (guint64)header->e_phnum * sizeof(ElfW(Phdr));
    return header->e_phentsize == sizeof(ElfW(Phdr)) &&
           is_within(header->e_phoff, segments, size) &&
           is_within(header->e_shoff, sections, size) && segments_are_whole(fd, header, size);
}

gboolean
kbnt_elf_header_check(gint fd, GError **error)
{
    struct stat status;
    ElfW(Ehdr) header;
    if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode))
        return refuse(error, "is not a regular file");
    if (!read_at(fd, &header, SELFMAG, 0) || memcmp(header.e_ident, ELFMAG, SELFMAG) != 0)
        return refuse(error, "is not a shared object (ELF); build the plugin and name its .so");
    if (!read_at(fd, &header, sizeof(header), 0))
        return refuse(error, "is cut off within its header; copy or build it again");
    if (header.e_ident[EI_CLASS] != __ehdr_start.e_ident[EI_CLASS] ||
        header.e_ident[EI_DATA] != __ehdr_start.e_ident[EI_DATA] ||
        header.e_machine != __ehdr_start.e_machine) {
        g_set_error(
            error, KBNT_ERROR, KBNT_ERROR_PLUGIN_INVALID,
            "is for another architecture (ELF machine %u, this kbnt is for %u); build it "
            "for this one",
            header.e_machine, __ehdr_start.e_machine);
        return FALSE;
    }
    if (header.e_type != ET_DYN)
        return refuse(error, "is not a shared object; link the plugin with -shared");
    if (!is_whole(fd, &header, (guint64)status.st_size))
        return refuse(error, "is cut off; copy or build it again");
    return TRUE;
}
