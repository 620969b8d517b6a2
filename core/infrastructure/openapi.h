/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Owns the OpenAPI document as it is in the binary: the text of openapi.json beside this file,
 * printed into a C file at build time. */
#pragma once

extern const char kbnt_openapi_text[];
