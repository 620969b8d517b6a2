/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * log-buffer.c: owns how the writer's commits reach the write-ahead log: in one piece.
 *
 * It stands between SQLite and the file as a VFS would, but for the one file: its methods are
 * those of the file it found, except where bytes move.
 */
#include "log-buffer.h"

#include <string.h>

/* A longer commit goes in several pieces. SQLite's own files take less than 128 KiB at once. */
#define BUFFER_BYTES (120 * 1024)

typedef struct {
    sqlite3_io_methods methods; /* first: a file leads to its buffer by them */
    const sqlite3_io_methods *file_methods;
    char *bytes;
    int n_bytes;
    sqlite3_int64 offset;
} LogBuffer;

static LogBuffer *
buffer_of(sqlite3_file *file)
{
    return (LogBuffer *)file->pMethods;
}

/* What cannot be written is dropped: SQLite gives up the commit that it belongs to. */
static int
flush(sqlite3_file *file)
{
    LogBuffer *buffer = buffer_of(file);
    int n_bytes = buffer->n_bytes;

    buffer->n_bytes = 0;
    if (!n_bytes)
        return SQLITE_OK;
    return buffer->file_methods->xWrite(file, buffer->bytes, n_bytes, buffer->offset);
}

static int
log_write(sqlite3_file *file, const void *data, int n_bytes, sqlite3_int64 offset)
{
    LogBuffer *buffer = buffer_of(file);
    gboolean follows = offset == buffer->offset + buffer->n_bytes;
    int code = SQLITE_OK;

    if (!follows || n_bytes > BUFFER_BYTES - buffer->n_bytes)
        code = flush(file);
    if (code != SQLITE_OK)
        return code;
    if (n_bytes > BUFFER_BYTES)
        return buffer->file_methods->xWrite(file, data, n_bytes, offset);
    if (!buffer->n_bytes)
        buffer->offset = offset;
    memcpy(buffer->bytes + buffer->n_bytes, data, (gsize)n_bytes);
    buffer->n_bytes += n_bytes;
    return SQLITE_OK;
}

static int
log_read(sqlite3_file *file, void *ret_data, int n_bytes, sqlite3_int64 offset)
{
    int code = flush(file);

    return code ? code : buffer_of(file)->file_methods->xRead(file, ret_data, n_bytes, offset);
}

static int
log_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    int code = flush(file);

    return code ? code : buffer_of(file)->file_methods->xTruncate(file, size);
}

static int
log_sync(sqlite3_file *file, int flags)
{
    int code = flush(file);

    return code ? code : buffer_of(file)->file_methods->xSync(file, flags);
}

static int
log_file_size(sqlite3_file *file, sqlite3_int64 *ret_size)
{
    int code = flush(file);

    return code ? code : buffer_of(file)->file_methods->xFileSize(file, ret_size);
}

static int
log_close(sqlite3_file *file)
{
    LogBuffer *buffer = buffer_of(file);
    int code = flush(file);
    int of_close;

    file->pMethods = buffer->file_methods;
    g_free(buffer->bytes);
    g_free(buffer);
    of_close = file->pMethods->xClose(file);
    return code ? code : of_close;
}

void
log_buffer_attach(Db *db)
{
    sqlite3_file *file = NULL;
    LogBuffer *buffer;

    sqlite3_file_control(db_handle(db), "main", SQLITE_FCNTL_JOURNAL_POINTER, &file);
    if (!file || !file->pMethods)
        return;
    buffer = g_new0(LogBuffer, 1);
    buffer->bytes = g_malloc(BUFFER_BYTES);
    buffer->file_methods = file->pMethods;
    buffer->methods = *file->pMethods;
    buffer->methods.xClose = log_close;
    buffer->methods.xRead = log_read;
    buffer->methods.xWrite = log_write;
    buffer->methods.xTruncate = log_truncate;
    buffer->methods.xSync = log_sync;
    buffer->methods.xFileSize = log_file_size;
    file->pMethods = &buffer->methods;
}
