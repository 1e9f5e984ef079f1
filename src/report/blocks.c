// SPDX-License-Identifier: BSD-3-Clause
#include "blocks.h"

const struct block blocks[] = {
    {"night",    block_night   },
    {"facility", block_facility},
    {"scores",   block_scores  },
    {"spectrum", block_spectrum},
    {"forecast", block_forecast},
    {"relation", block_relation},
    {"jobs",     block_jobs    },
    {"events",   block_events  },
    {"labels",   block_labels  },
    {"timeline", block_timeline},
    {NULL,       NULL          },
};
