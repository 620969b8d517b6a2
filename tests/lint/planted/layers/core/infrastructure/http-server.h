/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An adapter that knows a plugin. */
#include "bad.h"
