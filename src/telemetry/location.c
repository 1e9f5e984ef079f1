// SPDX-License-Identifier: BSD-3-Clause
#include <telltale/telemetry.h>

#include <stdio.h>
#include <string.h>

enum { LOCATION_BYTES = 256 };

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/** Does a place's name end before @p at? "R1C-M1" does before "-N04", "c0-0c2" before "s7". */
static bool is_boundary(const char *name, size_t at)
{
    if (at == 0) return false;
    return name[at] == '-' || (is_letter(name[at]) && is_digit(name[at - 1]));
}

/** R1C, Q0H: racks of a Blue Gene, whose numbers are digits and letters alike. */
static size_t blue_gene_rack(const char *name)
{
    if ((name[0] != 'R' && name[0] != 'Q') || !is_digit(name[1])) return 0;
    if (!is_digit(name[2]) && !is_letter(name[2])) return 0;
    return name[3] == '\0' || name[3] == '-' ? 3 : 0;
}

/** The length of what contains the place: "R1C-M1-N04" for "R1C-M1-N04-J07"; 0 where nothing does. */
static size_t container(const char *name, size_t length)
{
    const size_t rack = blue_gene_rack(name);

    while (length > rack && length-- > 0) {
        if (rack > 0 ? name[length] == '-' : is_boundary(name, length)) return length;
    }
    return 0;
}

static bool contains(const char *place, size_t length, const char *name)
{
    if (strncmp(place, name, length) != 0 || name[length] == '\0') return false;
    return blue_gene_rack(name) ? name[length] == '-' : is_boundary(name, length);
}

static int64_t add_contained(const struct facility *facility, const char *place, size_t length,
                             void (*add)(void *context, int32_t host), void *context)
{
    int64_t count = 0;

    for (int64_t host = 0; length > 0 && host < facility->host_count; host++) {
        if (!contains(place, length, facility->hosts[host].name)) continue;
        count++;
        if (add) add(context, (int32_t)host);
    }
    return count;
}

/** Midplane, node board, card, drawer: what holds hosts. Others (power, coolant, links) serve them. */
static bool holds_hosts(const char *name, size_t length)
{
    const size_t start = container(name, length);

    return start == 0 || strchr("MNIJ", name[start + 1]) != NULL;
}

/** Position of a Cray location; slots [first, first + count), count 0 where the location names none. */
static bool cray_position(const char *location, struct host *place, int32_t *slot_count)
{
    char node[LOCATION_BYTES];
    const size_t length = strlen(location);

    *place = (struct host){location, -1, -1, -1, -1, 0, 0};
    if (location[0] != 'c' || !is_digit(location[1]) || length + 3 > sizeof node) return false;
    snprintf(node, sizeof node, "%sn0", location);
    place->name = node;
    host_position_from_name(place);
    *slot_count = 4;
    if (place->slot < 0) {
        place->name = location;
        host_position_from_name(place);
        *slot_count = 1;
    }
    place->name = location;
    return place->slot >= 0;
}

static int64_t add_at_position(const struct facility *facility, const char *location,
                               void (*add)(void *context, int32_t host), void *context)
{
    struct host place;
    int32_t slot_count;
    int64_t count = 0;

    if (!cray_position(location, &place, &slot_count)) return 0;
    for (int64_t number = 0; number < facility->host_count; number++) {
        const struct host *host = &facility->hosts[number];

        if (host->row != place.row || host->rack != place.rack || host->chassis != place.chassis
            || host->slot < place.slot || host->slot >= place.slot + slot_count)
            continue;
        count++;
        if (add) add(context, (int32_t)number);
    }
    return count;
}

int64_t facility_hosts_at(const struct facility *facility, const char *location,
                          void (*add)(void *context, int32_t host), void *context)
{
    char place[LOCATION_BYTES];
    size_t length = strlen(location);
    int64_t count;

    if (length == 0 || length >= sizeof place) return 0;
    memcpy(place, location, length + 1);
    for (size_t end = length; end > 0; end = container(location, end)) {
        int64_t host;

        place[end] = '\0';
        host = facility_find_host(facility, place);
        if (host < 0) continue;
        if (add) add(context, (int32_t)host);
        return 1;
    }
    count = add_contained(facility, location, length, add, context);
    while (count == 0 && blue_gene_rack(location) && !holds_hosts(location, length)) {
        length = container(location, length);
        count = add_contained(facility, location, length, add, context);
    }
    return count > 0 ? count : add_at_position(facility, location, add, context);
}
