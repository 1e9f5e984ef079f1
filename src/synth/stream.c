// SPDX-License-Identifier: BSD-3-Clause
#include "gaps.h"

#include <math.h>
#include <string.h>

/* Heat sinks follow the load with this time constant. */
static const double heat_tau_s = 90.0;

/* Readings that repeat the one before because the sensor had no new one, in 256. */
enum { HELD_IN_256 = 26 };

/* Uptime at the start of the night, in seconds: up to this much. */
static const double uptime_most_s = 30.0 * 86400.0;

struct metric_state {
    struct noise noise;
    float held;   /* gauges: the reading before anomalies; NaN at the start */
    double total; /* counters: since the start of the night or the latest reset */
};

struct host_state {
    float heat; /* NaN at the start */
    struct gap_state *gaps;
};

struct synth_stream {
    const struct synth *synth; /* borrowed */
    struct span hosts;
    int64_t next, block;         /* samples */
    struct host_state *host;     /* owned, [hosts] */
    struct metric_state *metric; /* owned, [hosts, metrics] */
    char *gaps;                  /* owned, gaps_bytes() a host */
    struct load load;            /* owned arrays, [block] */
    struct noise_block noise;    /* likewise */
    float *series;
    bool *lost;
    uint16_t *reset;
    int64_t *missing;
};

struct synth_stream *synth_stream_create(const struct synth *synth, struct span hosts,
                                         int64_t block_samples)
{
    const size_t metrics = (size_t)synth->options.metrics;
    const size_t block = (size_t)block_samples;
    struct synth_stream *stream = mem_zero(1, sizeof *stream);

    ASSERT(hosts.first >= 0 && hosts.first + hosts.count <= synth->options.hosts);
    *stream = (struct synth_stream){.synth = synth, .hosts = hosts, .block = block_samples};
    stream->host = mem_zero((size_t)hosts.count, sizeof *stream->host);
    stream->metric = mem_zero((size_t)hosts.count * metrics, sizeof *stream->metric);
    stream->gaps = mem_zero((size_t)hosts.count, gaps_bytes(synth));
    for (int d = 0; d < DRIVER_COUNT; d++) stream->load.driver[d] = mem_array(block, sizeof(float));
    stream->noise.slow = mem_array(block, sizeof(float));
    stream->noise.step = mem_array(block, sizeof(float));
    stream->noise.word = mem_array(block, sizeof(uint32_t));
    stream->series = mem_array(block, sizeof(float));
    stream->lost = mem_zero(block, sizeof(bool));
    stream->reset = mem_zero(block, sizeof(uint16_t));
    stream->missing = mem_zero(block, sizeof(int64_t));
    for (int64_t h = 0; h < hosts.count; h++) {
        const uint64_t host = (uint64_t)(hosts.first + h);

        stream->host[h].heat = NAN;
        stream->host[h].gaps = (void *)(stream->gaps + (size_t)h * gaps_bytes(synth));
        gaps_start(synth, hosts.first + h, stream->host[h].gaps);
        for (size_t m = 0; m < metrics; m++) {
            struct metric_state *state = &stream->metric[(size_t)h * metrics + m];

            state->held = NAN;
            noise_start(&state->noise, synth->night_key, host, m);
        }
    }
    return stream;
}

void synth_stream_destroy(struct synth_stream **stream)
{
    struct synth_stream *gone = *stream;

    if (!gone) return;
    for (int d = 0; d < DRIVER_COUNT; d++) mem_free(&gone->load.driver[d]);
    mem_free(&gone->noise.slow);
    mem_free(&gone->noise.step);
    mem_free(&gone->noise.word);
    mem_free(&gone->series);
    mem_free(&gone->lost);
    mem_free(&gone->reset);
    mem_free(&gone->missing);
    mem_free(&gone->gaps);
    mem_free(&gone->metric);
    mem_free(&gone->host);
    mem_free(stream);
}

/* What follows from the load: power, heat. */
static void fill_physics(const struct place *place, double period_s, int64_t count,
                         struct host_state *state, struct load *load)
{
    const float *cpu = load->driver[DRIVER_CPU];
    const float follow = (float)-expm1(-period_s / heat_tau_s);
    const float span_w = place->busy_w - place->idle_w;
    float heat = isnan(state->heat) ? cpu[0] : state->heat;

    for (int64_t t = 0; t < count; t++) {
        load->driver[DRIVER_POWER][t] = place->idle_w + span_w * cpu[t];
        heat += follow * (cpu[t] - heat);
        load->driver[DRIVER_HEAT][t] = heat;
    }
    state->heat = heat;
}

static void fill_air(const struct synth *synth, struct span times, float *air)
{
    for (int64_t t = 0; t < times.count; t++) {
        air[t] = (float)weather_air(&synth->weather,
                                    (double)synth->start_unix_s
                                        + (double)(times.first + t) * synth->options.period_s);
    }
}

/* A metric's level on a host apart from what changes with time. */
static float offset_of(const struct synth *synth, int64_t host, int64_t metric)
{
    const struct metric_model *model = &synth->metrics[metric].model;
    const struct place *place = &synth->places[host];
    struct random random =
        keyed_random(synth->options.seed, FOR_OFFSET, (uint64_t)host, (uint64_t)metric);
    float offset = model->rack * place->rack_effect + model->chassis * place->chassis_effect;

    if (model->host > 0.0F) offset += model->host * (float)random_normal(&random);
    return offset;
}

static void fill_response(const struct metric_model *model, float level, const struct load *load,
                          int64_t count, float *restrict series)
{
    for (int64_t t = 0; t < count; t++) series[t] = level;
    for (int d = 0; d < DRIVER_COUNT; d++) {
        const float *restrict driver = load->driver[d];
        const float response = model->response[d];

        if (response == 0.0F) continue;
        for (int64_t t = 0; t < count; t++) series[t] += response * driver[t];
    }
}

static void apply_anomalies(const struct synth *synth, int64_t host, int row, struct span times,
                            float *series)
{
    if (row < 0) return;
    for (int64_t i = synth->planted_first[host]; i < synth->planted_first[host + 1]; i++)
        anomaly_apply(&synth->planted[i], row, synth->options.period_s, times, series);
}

/* Readings in steps of the quantum, within the range of the sensor. The catalogue keeps readings below
 * 2^31 quanta. */
static void put_gauge(const struct metric_model *model, const float *series, int64_t count,
                      int64_t stride, float *values)
{
    const float per_quantum = 1.0F / model->quantum;

    for (int64_t t = 0; t < count; t++) {
        float value = series[t];

        value = value < model->low ? model->low : value;
        value = value > model->high ? model->high : value;
        values[t * stride] = (float)(int32_t)(value * per_quantum + 0.5F) * model->quantum;
    }
}

static void fill_gauge(struct synth_stream *stream, int64_t h, int64_t m, struct span times,
                       float *values)
{
    const struct synth *synth = stream->synth;
    const struct synth_metric *metric = &synth->metrics[m];
    const struct metric_model *model = &metric->model;
    struct metric_state *state = &stream->metric[h * synth->options.metrics + m];
    const int64_t host = stream->hosts.first + h;
    const float level = model->base + offset_of(synth, host, m);
    float held = state->held;

    fill_response(model, level, &stream->load, times.count, stream->series);
    for (int64_t t = 0; t < times.count; t++) {
        stream->series[t] = metric->scale
                            * (stream->series[t] + model->noise * stream->noise.slow[t]
                               + model->flicker * stream->noise.step[t]);
    }
    for (int64_t t = 0; t < times.count; t++) {
        const bool is_held = (stream->noise.word[t] & 0xFF) < HELD_IN_256 && !isnan(held);

        held = is_held ? held : stream->series[t];
        stream->series[t] = held;
    }
    state->held = held;
    apply_anomalies(synth, host, metric->row, times, stream->series);
    put_gauge(model, stream->series, times.count, synth->options.metrics, values);
}

/* A counter as the machine holds it at the start of the night: as long up as chance has it. */
static double counter_base(const struct synth *synth, int64_t host, int64_t m)
{
    const struct metric_model *model = &synth->metrics[m].model;
    struct random random = keyed_random(synth->night_key, FOR_COUNTER, (uint64_t)host, 0);
    double rate = (double)model->base;

    for (int d = 0; d < DRIVER_COUNT; d++) rate += 0.4 * (double)model->response[d];
    return floor(fmax(rate, 1.0) * uptime_most_s * (0.01 + 0.99 * random_uniform(&random)));
}

static void fill_counter(struct synth_stream *stream, int64_t h, int64_t m, struct span times,
                         float *values)
{
    const struct synth *synth = stream->synth;
    const struct synth_metric *metric = &synth->metrics[m];
    const struct metric_model *model = &metric->model;
    struct metric_state *state = &stream->metric[h * synth->options.metrics + m];
    const int64_t host = stream->hosts.first + h;
    const double base = counter_base(synth, host, m);
    const uint16_t own_reset = (uint16_t)(RESET_SAMPLER + metric->sampler);
    const float period_s = (float)synth->options.period_s;
    double total = state->total;

    fill_response(model, model->base, &stream->load, times.count, stream->series);
    for (int64_t t = 0; t < times.count; t++) {
        const float factor =
            1.0F + model->noise * stream->noise.slow[t] + model->flicker * stream->noise.step[t];

        stream->series[t] *= metric->scale * (factor > 0.0F ? factor : 0.0F);
    }
    apply_anomalies(synth, host, metric->row, times, stream->series);
    for (int64_t t = 0; t < times.count; t++) {
        float rate = stream->series[t] < model->low ? model->low : stream->series[t];

        rate = rate > model->high ? model->high : rate;
        if (times.first + t > 0) total += (double)(rate * period_s);
        if (stream->reset[t] == RESET_ALL || stream->reset[t] == own_reset) total = -base;
        values[t * synth->options.metrics] = (float)floor(total);
    }
    state->total = total;
}

static void drop_missing(struct synth_stream *stream, int64_t h, struct span times, float *values)
{
    const struct synth *synth = stream->synth;
    const int64_t metrics = synth->options.metrics;

    for (int64_t t = 0; t < times.count; t++) {
        if (!stream->lost[t]) continue;
        for (int64_t m = 0; m < metrics; m++) values[t * metrics + m] = NAN;
    }
    for (int sampler = 0; sampler < synth->sampler_count; sampler++) {
        const int64_t count =
            gaps_missing(synth, times, stream->host[h].gaps, sampler, stream->missing);

        for (int64_t i = 0; i < count; i++) {
            for (int64_t m = 0; m < metrics; m++) {
                if (synth->metrics[m].sampler == sampler)
                    values[stream->missing[i] * metrics + m] = NAN;
            }
        }
    }
}

static void fill_host(struct synth_stream *stream, int64_t h, struct span times, float *values)
{
    const struct synth *synth = stream->synth;
    const int64_t host = stream->hosts.first + h;
    const int64_t metrics = synth->options.metrics;

    load_fill(synth, host, times, &stream->load);
    fill_physics(&synth->places[host], synth->options.period_s, times.count, &stream->host[h],
                 &stream->load);
    gaps_next(synth, host, times, stream->host[h].gaps, stream->lost, stream->reset);
    for (int64_t m = 0; m < metrics; m++) {
        const struct synth_metric *metric = &synth->metrics[m];

        if (metric->is_constant) {
            for (int64_t t = 0; t < times.count; t++) values[t * metrics + m] = metric->model.base;
            continue;
        }
        noise_fill(&stream->metric[h * metrics + m].noise, synth->night_key, synth->noise,
                   metric->persistence, times, &stream->noise);
        if (metric->model.kind == METRIC_COUNTER) {
            fill_counter(stream, h, m, times, values + m);
        } else {
            fill_gauge(stream, h, m, times, values + m);
        }
    }
    drop_missing(stream, h, times, values);
}

void synth_stream_next(struct synth_stream *stream, int64_t count, float *values)
{
    const struct span times = {stream->next, count};

    ASSERT(count <= stream->block && stream->next % 4 == 0);
    ASSERT(stream->next + count <= stream->synth->options.samples);
    fill_air(stream->synth, times, stream->load.driver[DRIVER_AIR]);
    for (int64_t h = 0; h < stream->hosts.count; h++)
        fill_host(stream, h, times, values + h * count * stream->synth->options.metrics);
    stream->next += count;
}

void synth_stream_bases(const struct synth_stream *stream, double *bases)
{
    const int64_t metrics = stream->synth->options.metrics;

    for (int64_t h = 0; h < stream->hosts.count; h++) {
        for (int64_t m = 0; m < metrics; m++) {
            bases[h * metrics + m] = stream->synth->metrics[m].model.kind == METRIC_COUNTER
                                         ? counter_base(stream->synth, stream->hosts.first + h, m)
                                         : 0.0;
        }
    }
}
