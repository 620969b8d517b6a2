/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A plugin that knows the core. */
#include "quota.h"
