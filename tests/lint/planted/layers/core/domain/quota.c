/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A domain file that reaches outwards. */
#include "http-server.h"

#include <gio/gio.h>
#include <stdio.h>
#include <kbnt/kbnt-plugin.h>
