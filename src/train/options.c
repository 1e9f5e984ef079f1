// SPDX-License-Identifier: BSD-3-Clause
#include <telltale/train.h>

struct train_options train_options_of(const struct settings *settings)
{
    return (struct train_options){
        .epochs = settings_int(settings, "epochs"),
        .batch_shards = settings_int(settings, "batch_shards"),
        .shard_items = settings_int(settings, "shard_items"),
        .schedule = (enum train_schedule)settings_choice(settings, "schedule"),
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
}
