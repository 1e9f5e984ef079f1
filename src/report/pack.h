// SPDX-License-Identifier: BSD-3-Clause
/**
 * @file pack.h
 * Numbers as bytes as text: little endian, then base64. The page's half is src/report/web/lib/decode.js.
 */
#pragma once

#include <telltale/base.h>

/** A record's kinds; a record of a reading is kind, uint32 samples per value, float32 low, high, codes. */
enum pack_kind { PACK_EMPTY, PACK_CONSTANT, PACK_SAMPLES, PACK_BUCKETS };

enum {
    PACK_HEADER_BYTES = 13,
    PACK_TOP_CODE = 65534, /**< the reading's maximum; its minimum is 0 */
    PACK_MISSING = 65535
};

/** Steps per unit of asinh(z): 16 bits reach |z| = 93,000, 8 bits |z| = 1,400. */
enum { PACK_STEPS_16 = 2700, PACK_STEPS_8 = 16 };

/** asinh(z) in steps, limited to the code's range; the lowest code stands for no score. */
int pack_score(float z, int bits);

unsigned char *pack_u16(unsigned char *to, unsigned value);
unsigned char *pack_u32(unsigned char *to, uint32_t value);

/** Append base64 (RFC 4648, padded). */
void pack_base64(struct text *text, const unsigned char *bytes, size_t count);

/** Bytes that @p count bytes have in base64. */
int64_t pack_base64_bytes(int64_t count);
