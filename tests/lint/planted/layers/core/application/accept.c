/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A use case that reaches outwards by a path. */
#include "../infrastructure/http-server.h"
