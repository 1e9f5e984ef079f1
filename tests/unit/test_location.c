// SPDX-License-Identifier: BSD-3-Clause
#include "check.h"

#include <telltale/telemetry.h>

#include <stdio.h>
#include <string.h>

static void add_name(void *context, int32_t host)
{
    char *list = context;

    snprintf(list + strlen(list), 8, "%s%d", *list ? "," : "", (int)host);
}

static bool concerns(const struct facility *facility, const char *location, const char *hosts)
{
    char list[256] = "";
    const int64_t count = facility_hosts_at(facility, location, add_name, list);
    const bool holds =
        strcmp(list, hosts) == 0 && count == facility_hosts_at(facility, location, NULL, NULL);

    if (!holds) warn("%s concerns %s, not %s", location, list, hosts);
    return holds;
}

static struct facility *make(const char *const *names)
{
    struct facility *facility = facility_create();

    for (; *names; names++) host_position_from_name(facility_add_host(facility, *names));
    return facility;
}

static void a_rack_or_midplane_concerns_its_cards(void)
{
    static const char *const names[] = {"R1C-M0-N04-J00", "R1C-M1-N04-J07", "R1C-M1-N05-J07",
                                        "R1D-M1-N04-J07", "Q0H-I1-J05",     NULL};
    struct facility *facility = make(names);

    CHECK(concerns(facility, "R1C", "0,1,2"));
    CHECK(concerns(facility, "R1C-M1", "1,2"));
    CHECK(concerns(facility, "R1C-M1-N04", "1"));
    CHECK(concerns(facility, "R1C-M1-N04-J07", "1"));
    CHECK(concerns(facility, "Q0H", "4"));
    CHECK(concerns(facility, "R1", ""));
    CHECK(concerns(facility, "", ""));
    facility_destroy(&facility);
}

static void a_part_concerns_the_host_that_it_is_of(void)
{
    static const char *const names[] = {"R1C-M1-N04-J07", "R1C-M1-N04-J08", "R1C-M0-N00-J00", NULL};
    struct facility *facility = make(names);

    CHECK(concerns(facility, "R1C-M1-N04-J07-C05", "0"));
    CHECK(concerns(facility, "R1C-M1-N04-U03", "0,1"));
    CHECK(concerns(facility, "R1C-M1-S", "0,1"));
    CHECK(concerns(facility, "R1C-L", "0,1,2"));
    CHECK(concerns(facility, "R1C-B0-P5", "0,1,2"));
    CHECK(concerns(facility, "R1C-M1-N04-J09", ""));
    CHECK(concerns(facility, "R1C-M1-N05", ""));
    CHECK(concerns(facility, "R1D-L", ""));
    facility_destroy(&facility);
}

static void coarse_hosts_take_what_happens_within_them(void)
{
    static const char *const names[] = {"R1C-M1-N04", "R1C-M1-N05", "c0-0c0s3", NULL};
    struct facility *facility = make(names);

    CHECK(concerns(facility, "R1C-M1-N04-J07", "0"));
    CHECK(concerns(facility, "R1C-M1-N04-U03", "0"));
    CHECK(concerns(facility, "R1C-L", "0,1"));
    CHECK(concerns(facility, "c0-0c0s3n1", "2"));
    facility_destroy(&facility);
}

static void cray_places_contain_nodes(void)
{
    static const char *const names[] = {"c0-0c0s3n1", "c0-0c0s30n1", "c0-0c1s3n1", "c0-1c0s3n1",
                                        NULL};
    struct facility *facility = make(names);

    CHECK(concerns(facility, "c0-0", "0,1,2"));
    CHECK(concerns(facility, "c0-0c0", "0,1"));
    CHECK(concerns(facility, "c0-0c0s3", "0"));
    facility_destroy(&facility);
}

static void cray_places_find_hosts_by_position(void)
{
    static const char *const names[] = {"nid00013", "nid00014", NULL};
    struct facility *facility = make(names);

    for (int32_t host = 0; host < 2; host++) {
        facility->hosts[host].row = facility->hosts[host].rack = 0;
        facility->hosts[host].chassis = 0;
        facility->hosts[host].slot = 13 + host;
    }
    CHECK(concerns(facility, "c0-0c0s3n1", "0"));
    CHECK(concerns(facility, "c0-0c0s3", "0,1"));
    CHECK(concerns(facility, "c0-0c0s4", ""));
    CHECK(concerns(facility, "c1-0c0s3", ""));
    facility_destroy(&facility);
}

CHECK_MAIN({"a rack or midplane concerns its cards", a_rack_or_midplane_concerns_its_cards},
           {"a part concerns the host that it is of", a_part_concerns_the_host_that_it_is_of},
           {"coarse hosts take what happens within them",
            coarse_hosts_take_what_happens_within_them},
           {"Cray places contain nodes", cray_places_contain_nodes},
           {"Cray places find hosts by position", cray_places_find_hosts_by_position})
