// SPDX-License-Identifier: BSD-3-Clause
#include "check.h"

#include <telltale/telemetry.h>

static bool stands_at(const char *name, int row, int rack, int chassis, int slot)
{
    struct host host = {.name = name, .row = -1, .rack = -1, .chassis = -1, .slot = -1};
    bool holds;

    host_position_from_name(&host);
    holds = host.row == row && host.rack == rack && host.chassis == chassis && host.slot == slot;
    if (!holds) warn("%s: %d %d %d %d", name, host.row, host.rack, host.chassis, host.slot);
    return holds;
}

static void cray_names_give_positions(void)
{
    CHECK(stands_at("c0-0c0s0n0", 0, 0, 0, 0));
    CHECK(stands_at("c12-3c2s15n3", 3, 12, 2, 63));
    CHECK(stands_at("c1-0c2s7", 0, 1, 2, 7));
    CHECK(stands_at("x1000c2s7b1n0", -1, 1000, 2, 30));
    CHECK(stands_at("c0-0c0s0n0x", -1, -1, -1, -1));
}

static void blue_gene_names_give_positions(void)
{
    CHECK(stands_at("R00-M0-N00-J00", 0, 0, 0, 0));
    CHECK(stands_at("R2F-M1-N15-J31", 2, 15, 1, 511));
    CHECK(stands_at("R1A-M1-N03", 1, 10, 1, 3));
    CHECK(stands_at("R1A-M1", 1, 10, 1, -1));
    CHECK(stands_at("R1A", 1, 10, -1, -1));
    CHECK(stands_at("R1G-M1", -1, -1, -1, -1));
}

static void harvard_names_give_positions(void)
{
    CHECK(stands_at("holy7c16109", 0x7c, 16, 1, 9));
    CHECK(stands_at("holy2c092901", 0x2c, 9, 29, 1));
    CHECK(stands_at("holygpu8a11301", 0x8a, 11, 3, 1));
    CHECK(stands_at("holy7c0919", 0x7c, 9, -1, 19));
    CHECK(stands_at("holygpu2c0706", 0x2c, 7, -1, 6));
    CHECK(stands_at("holyolveczkygpu01", -1, -1, -1, -1));
}

static void words_that_name_what_they_count_give_positions(void)
{
    CHECK(stands_at("rack12-node03", -1, 12, -1, 3));
    CHECK(stands_at("row2-rack4-slot7", 2, 4, -1, 7));
    CHECK(stands_at("r3c1s7n2", -1, 3, 1, 30));
    CHECK(stands_at("r1i0n5", -1, 1, 0, 5));
    CHECK(stands_at("r1i0n5.site.example", -1, 1, 0, 5));
}

static void other_names_say_nothing(void)
{
    CHECK(stands_at("", -1, -1, -1, -1));
    CHECK(stands_at("node001", -1, -1, -1, -1));
    CHECK(stands_at("login", -1, -1, -1, -1));
    CHECK(stands_at("rack", -1, -1, -1, -1));
    CHECK(stands_at("rack1rack2", -1, -1, -1, -1));
    CHECK(stands_at("rack99999999999", -1, -1, -1, -1));
}

CHECK_MAIN({"Cray names give positions", cray_names_give_positions},
           {"Blue Gene names give positions", blue_gene_names_give_positions},
           {"Harvard names give positions", harvard_names_give_positions},
           {"words that name what they count give positions",
            words_that_name_what_they_count_give_positions},
           {"other names say nothing", other_names_say_nothing})
