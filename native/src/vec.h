// Vectors of the level's width, in GCC's and Clang's own vector types.
//
// This file and all that includes it are compiled once a level, inside that level's namespace, and use no inline
// function of the standard library: the linker keeps one copy of such a function, and it might keep the AVX-512 one.
#pragma once

#include <stdint.h>
#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#ifndef BPTT_LEVEL_NAMESPACE
#error "compile through level.cc"
#endif

namespace bptt {
namespace BPTT_LEVEL_NAMESPACE {

// MR x NC accumulators, NC operands and one broadcast must fit the registers.
#if defined(__AVX512F__)
constexpr int kVectorBytes = 64, MR = 6, NC = 4;  // 32 registers
#elif defined(__AVX2__)
constexpr int kVectorBytes = 32, MR = 6, NC = 2;  // 16 registers
#elif defined(__aarch64__)
constexpr int kVectorBytes = 16, MR = 6, NC = 4;  // 32 registers
#else
constexpr int kVectorBytes = 16, MR = 4, NC = 2;  // 16 registers, no fused multiply-add
#endif

// Before a loop over registers: it must be unrolled whole, or the compiler keeps the registers in memory.
#if defined(__clang__)
#define BPTT_UNROLL _Pragma("clang loop unroll(full)")
#else
#define BPTT_UNROLL _Pragma("GCC unroll 8")
#endif

template <class T>
struct VecOf;
template <>
struct VecOf<float> {
  typedef float type __attribute__((vector_size(kVectorBytes)));
  typedef int32_t mask __attribute__((vector_size(kVectorBytes)));
};
template <>
struct VecOf<double> {
  typedef double type __attribute__((vector_size(kVectorBytes)));
  typedef int64_t mask __attribute__((vector_size(kVectorBytes)));
};
template <class T>
using Vec = typename VecOf<T>::type;
template <class T>
constexpr int64_t kLanes = kVectorBytes / static_cast<int64_t>(sizeof(T));

inline int64_t smaller(int64_t a, int64_t b) { return a < b ? a : b; }
inline int64_t larger(int64_t a, int64_t b) { return a > b ? a : b; }
inline int64_t ceil_div(int64_t a, int64_t b) { return (a + b - 1) / b; }

template <class T>
inline int64_t padded(int64_t n) {
  return ceil_div(n, kLanes<T>) * kLanes<T>;
}

template <class T>
inline Vec<T> load(const T* from) {
  Vec<T> v;
  memcpy(&v, from, sizeof v);
  return v;
}

template <class T>
inline void store(T* to, Vec<T> v) {
  memcpy(to, &v, sizeof v);
}

// The first `count` lanes; the others are 0.
template <class T>
inline Vec<T> load_some(const T* from, int64_t count) {
  if (count >= kLanes<T>) return load(from);
  Vec<T> v = {};
  for (int64_t i = 0; i < count; ++i) v[i] = from[i];
  return v;
}

template <class T>
inline void store_some(T* to, Vec<T> v, int64_t count) {
  if (count >= kLanes<T>) return store(to, v);
  for (int64_t i = 0; i < count; ++i) to[i] = v[i];
}

template <class T>
inline Vec<T> all(T value) {
  return Vec<T>{} + value;
}

// The smaller, the larger of a limit and x; NaN in x stays, as `x > limit ? limit : x` has it in three instructions.
template <class V>
inline V at_most(V limit, V x) {
  return x > limit ? limit : x;
}
template <class V>
inline V at_least(V limit, V x) {
  return x < limit ? limit : x;
}

// 1 / x for x of normal size, within 2 units in the last place.
template <class V>
inline V reciprocal(V x) {
  return 1 / x;
}

#if defined(__AVX512F__)
inline Vec<float> at_most(Vec<float> limit, Vec<float> x) { return _mm512_min_ps(limit, x); }
inline Vec<float> at_least(Vec<float> limit, Vec<float> x) { return _mm512_max_ps(limit, x); }
inline Vec<float> reciprocal(Vec<float> x) {  // a step of Newton's doubles the 14 bits; a division takes three times as long
  const Vec<float> r = _mm512_rcp14_ps(x);
  return r + r * (1 - x * r);
}
#elif defined(__AVX2__)
inline Vec<float> at_most(Vec<float> limit, Vec<float> x) { return _mm256_min_ps(limit, x); }
inline Vec<float> at_least(Vec<float> limit, Vec<float> x) { return _mm256_max_ps(limit, x); }
#elif defined(__x86_64__)
inline Vec<float> at_most(Vec<float> limit, Vec<float> x) { return _mm_min_ps(limit, x); }
inline Vec<float> at_least(Vec<float> limit, Vec<float> x) { return _mm_max_ps(limit, x); }
#endif

// In halves: a chain of additions would wait for each.
template <class T>
inline T sum(Vec<T> v) {
  T lanes[kLanes<T>];
  store(lanes, v);
  for (int64_t half = kLanes<T> / 2; half > 0; half /= 2)
    for (int64_t i = 0; i < half; ++i) lanes[i] += lanes[i + half];
  return lanes[0];
}

#if defined(__AVX512F__)
template <>
inline float sum<float>(Vec<float> v) {
  return _mm512_reduce_add_ps(v);
}
#endif

}  // namespace BPTT_LEVEL_NAMESPACE
}  // namespace bptt
