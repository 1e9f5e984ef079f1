// SPDX-License-Identifier: BSD-3-Clause
#include <telltale/train.h>

#include <string.h>

struct train_options train_options_of(const struct settings *settings)
{
    static const char *const schedules[] = {
        [TRAIN_CONSTANT] = "constant", [TRAIN_COSINE] = "cosine", [TRAIN_PLATEAU] = "plateau"};
    const char *schedule = settings_text(settings, "schedule");
    struct train_options options = {
        .epochs = settings_int(settings, "epochs"),
        .batch_shards = settings_int(settings, "batch_shards"),
        .shard_items = settings_int(settings, "shard_items"),
        .epoch_steps = settings_int(settings, "epoch_steps"),
        .schedule_epochs = settings_int(settings, "schedule_epochs"),
        .patience = settings_int(settings, "patience"),
        .seed = (uint64_t)settings_int(settings, "seed"),
        .adamw = {.learning_rate = settings_real(settings, "learning_rate"),
                  .beta1 = 0.9,
                  .beta2 = 0.999,
                  .eps = 1e-8,
                  .weight_decay = settings_real(settings, "weight_decay")}
    };

    for (int s = 0; s < 3; s++)
        if (strcmp(schedule, schedules[s]) == 0) options.schedule = (enum train_schedule)s;
    return options;
}
