// SPDX-License-Identifier: BSD-3-Clause
#include <telltale/import.h>

#include <stdio.h>
#include <string.h>

/* configs/metrics.yaml, put here by the build. */
extern const char metrics_standard[];
extern const size_t metrics_standard_bytes;

static const struct parameter class_parameters[] = {
    {"dropped", PARAMETER_LIST, NULL, 0, 0, NULL, "metrics that are not kept"  },
    {"gauge",   PARAMETER_LIST, NULL, 0, 0, NULL, "metrics that go up and down"},
    {"counter", PARAMETER_LIST, NULL, 0, 0, NULL, "cumulative metrics"         },
    {NULL,      PARAMETER_FLAG, NULL, 0, 0, NULL, NULL                         }
};

struct metric_classes {
    struct settings *settings; /**< owned */
};

status metric_classes_create(const char *bytes, size_t length, const char *path,
                             struct metric_classes **classes)
{
    static const char *const sections[] = {"metrics"};
    struct settings *settings;
    struct config *config;
    status st;

    if (!bytes) {
        bytes = metrics_standard;
        length = metrics_standard_bytes;
        path = "configs/metrics.yaml";
    }
    TRY(config_parse(bytes, length, path, &config));
    settings = settings_create(class_parameters);
    st = config_check_sections(config, sections, 1);
    if (!st) st = config_apply(config, "metrics", settings);
    config_destroy(&config);
    if (st) {
        settings_destroy(&settings);
        return st;
    }
    *classes = mem_zero(1, sizeof **classes);
    (*classes)->settings = settings;
    return STATUS_OK;
}

void metric_classes_destroy(struct metric_classes **classes)
{
    if (!*classes) return;
    settings_destroy(&(*classes)->settings);
    mem_free(classes);
}

enum metric_class metric_classes_find(const struct metric_classes *classes, const char *name,
                                      const char *source)
{
    static const struct {
        const char *list;
        enum metric_class metric_class;
    } order[] = {
        {"dropped", CLASS_DROPPED},
        {"counter", CLASS_COUNTER},
        {"gauge",   CLASS_GAUGE  }
    };
    enum metric_class found = CLASS_UNLISTED;
    struct text full = {0};

    text_printf(&full, "%s::%s", source, name);
    for (size_t class = 0; class < 3 && found == CLASS_UNLISTED; class ++) {
        const int count = settings_list_count(classes->settings, order[class].list);

        for (int item = 0; item < count && found == CLASS_UNLISTED; item++) {
            const char *glob = settings_list_item(classes->settings, order[class].list, item);

            if (text_matches(strstr(glob, "::") ? full.bytes : name, glob))
                found = order[class].metric_class;
        }
    }
    text_release(&full);
    return found;
}
