// Dropout and layer normalisation; see include/bptt/elementwise.h.
#pragma once

#include <math.h>

#include "bptt/elementwise.h"
#include "draws.h"
#include "moments.h"

namespace bptt {
namespace BPTT_LEVEL_NAMESPACE {

template <class T>
struct Keep {
  Draws draws;
  uint32_t threshold;  // a draw below it drops
  T scale;

  void row(const T* in, T* out, uint64_t counter, int64_t n) const {
    for (int64_t j = 0; j < n; j += kBitLanes) {
      const Bits bits = draws.at(counter + static_cast<uint64_t>(j));
      const int64_t left = n - j;
      if constexpr (sizeof(T) == sizeof(uint32_t))
        store_some(out + j, bits < threshold ? Vec<T>{} : load_some(in + j, left) * scale, left);
      else
        for (int64_t i = 0; i < smaller(kBitLanes, left); ++i) out[j + i] = bits[i] < threshold ? T(0) : in[j + i] * scale;
    }
  }
};

template <class T>
void dropout(const Dropout<T>& args, Workers& workers) {
  const Keep<T> keep = {Draws(args.seed), draw_threshold(args.rate), static_cast<T>(1.0 / (1.0 - args.rate))};
  const int64_t repeats = args.outer * args.repeat, block = 1 << 15;
  if (repeats == 1) {  // every element has a draw of its own
    parallel(workers, ceil_div(args.inner, block), [&](int64_t task, int64_t) {
      const int64_t first = task * block;
      keep.row(args.in + first, args.out + first, static_cast<uint64_t>(first), smaller(block, args.inner - first));
    });
    return;
  }
  const int64_t rows = ceil_div(block, args.inner > 0 ? args.inner : 1);
  parallel(workers, ceil_div(repeats, rows), [&](int64_t task, int64_t) {
    for (int64_t r = task * rows; r < smaller(repeats, (task + 1) * rows); ++r)
      keep.row(args.in + r * args.inner, args.out + r * args.inner,
               static_cast<uint64_t>(r / args.repeat) * static_cast<uint64_t>(args.inner), args.inner);
  });
}

constexpr int64_t kNormRows = 256;

// Calls body(r, moments) for each of the task's rows.
template <class T, class Body>
void for_rows(int64_t task, int64_t rows, const T* in, int64_t width, double epsilon, const Body& body) {
  constexpr int64_t kTogether = 16;
  for (int64_t first = task * kNormRows; first < smaller(rows, (task + 1) * kNormRows); first += kTogether) {
    const int64_t count = smaller(kTogether, rows - first);
    const T* x[kTogether];
    Moments<T> moments[kTogether];
    for (int64_t i = 0; i < count; ++i) x[i] = in + (first + i) * width;
    measure(count, x, width, epsilon, 1, 0, moments);
    for (int64_t i = 0; i < count; ++i) body(first + i, moments[i]);
  }
}

template <class T>
void layer_norm_forward(const LayerNormForward<T>& args, Workers& workers) {
  const int64_t width = args.width;
  parallel(workers, ceil_div(args.rows, kNormRows), [&](int64_t task, int64_t) {
    for_rows(task, args.rows, args.in, width, args.epsilon, [&](int64_t r, const Moments<T>& row) {
      const T* x = args.in + r * width;
      for (int64_t j = 0; j < width; j += kLanes<T>) {
        const int64_t left = width - j;
        const Vec<T> y = row.centred(x + j, left) * row.inverse;
        store_some(args.out + r * width + j, y * load_some(args.gamma + j, left) + load_some(args.beta + j, left), left);
      }
    });
  });
}

// With y = (x - mean) * inverse and g = d_out * gamma: d_in = inverse * (g - mean(g) - y * mean(g * y)).
template <class T>
void layer_norm_backward(const LayerNormBackward<T>& args, Workers& workers, Memory& memory) {
  const int64_t width = args.width, stride = padded<T>(width), tasks = ceil_div(args.rows, kNormRows);
  T* parts = memory.array<T>(2 * tasks * stride);
  parallel(workers, tasks, [&](int64_t task, int64_t) {
    T *d_gamma = parts + 2 * task * stride, *d_beta = d_gamma + stride;
    memset(d_gamma, 0, static_cast<size_t>(2 * stride) * sizeof(T));
    for_rows(task, args.rows, args.in, width, args.epsilon, [&](int64_t r, const Moments<T>& row) {
      const T *x = args.in + r * width, *d_out = args.d_out + r * width;
      const double n = static_cast<double>(width);
      const T mean_g = static_cast<T>(sum_along<T>(width, 1, 0, [&](int64_t j, int64_t left) {
        const Vec<T> d = load_some(d_out + j, left);
        store(d_beta + j, load(d_beta + j) + d);
        return d * load_some(args.gamma + j, left);
      }) / n);
      const T mean_gy = static_cast<T>(sum_along<T>(width, 1, 0, [&](int64_t j, int64_t left) {
        const Vec<T> dy = load_some(d_out + j, left) * row.centred(x + j, left) * row.inverse;
        store(d_gamma + j, load(d_gamma + j) + dy);
        return dy * load_some(args.gamma + j, left);
      }) / n);
      for (int64_t j = 0; j < width; j += kLanes<T>) {
        const int64_t left = width - j;
        const Vec<T> y = row.centred(x + j, left) * row.inverse;
        const Vec<T> g = load_some(d_out + j, left) * load_some(args.gamma + j, left);
        store_some(args.d_in + r * width + j, row.inverse * (g - mean_g - y * mean_gy), left);
      }
    });
  });
  for (int64_t j = 0; j < width; j += kLanes<T>) {
    Vec<T> d_gamma = {}, d_beta = {};
    for (int64_t task = 0; task < tasks; ++task) {
      d_gamma += load(parts + 2 * task * stride + j);
      d_beta += load(parts + 2 * task * stride + stride + j);
    }
    store_some(args.d_gamma + j, d_gamma, width - j);
    store_some(args.d_beta + j, d_beta, width - j);
  }
}

}  // namespace BPTT_LEVEL_NAMESPACE
}  // namespace bptt
