/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A library that does I/O. */
#include <gio/gio.h>
