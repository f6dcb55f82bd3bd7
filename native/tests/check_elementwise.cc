// Layer normalisation against its formulas in double precision, dropout against what it promises.
#include "support.h"

namespace bptt {
namespace {

template <class T>
void check_layer_norm(const std::string& level, const Kernels<T>& kernels, int64_t rows, int64_t width) {
  std::mt19937 random(static_cast<uint32_t>(width));
  const double epsilon = 1e-3, n = static_cast<double>(width);
  const auto x = normal<T>(random, rows * width, 1), gamma = normal<T>(random, width, 1), beta = normal<T>(random, width, 1),
             d_out = normal<T>(random, rows * width, 1);
  std::vector<double> out(x.size()), d_in(x.size()), d_gamma(gamma.size()), d_beta(gamma.size());
  for (int64_t r = 0; r < rows * width; r += width) {
    double mean = 0, variance = 0, mean_g = 0, mean_gy = 0;
    for (int64_t j = 0; j < width; ++j) mean += x[r + j] / n;
    for (int64_t j = 0; j < width; ++j) variance += (x[r + j] - mean) * (x[r + j] - mean) / n;
    const double inverse = 1 / std::sqrt(variance + epsilon);
    for (int64_t j = 0; j < width; ++j) {
      const double y = (x[r + j] - mean) * inverse, g = double(d_out[r + j]) * gamma[j];
      out[r + j] = y * gamma[j] + beta[j];
      d_gamma[j] += d_out[r + j] * y;
      d_beta[j] += d_out[r + j];
      mean_g += g / n;
      mean_gy += g * y / n;
    }
    for (int64_t j = 0; j < width; ++j)
      d_in[r + j] = inverse * (double(d_out[r + j]) * gamma[j] - mean_g - (x[r + j] - mean) * inverse * mean_gy);
  }
  Threads workers(3);
  Heap memory;
  std::vector<T> got(x.size()), got_in(x.size()), got_gamma(gamma.size()), got_beta(gamma.size());
  kernels.layer_norm_forward({rows, width, x.data(), gamma.data(), beta.data(), epsilon, got.data()}, workers);
  kernels.layer_norm_backward({rows, width, x.data(), gamma.data(), d_out.data(), epsilon, got_in.data(), got_gamma.data(),
                               got_beta.data()}, workers, memory);
  const std::string label = level + " layer_norm " + std::to_string(rows) + " x " + std::to_string(width) + " ";
  compare(label + "out", got, out);
  compare(label + "d_in", got_in, d_in);
  compare(label + "d_gamma", got_gamma, d_gamma);
  compare(label + "d_beta", got_beta, d_beta);
}

// Kept values are in / (1 - rate), the share dropped is the rate, one draw serves the middle axis, seeds matter.
template <class T>
void check_dropout(const std::string& level, const Kernels<T>& kernels, int64_t outer, int64_t repeat, int64_t inner) {
  std::mt19937 random(1);
  const double rate = 0.3;
  const auto in = normal<T>(random, outer * repeat * inner, 1);
  const uint32_t seed[] = {5, 6}, next_seed[] = {5, 7};
  Threads workers(3);
  std::vector<T> out(in.size()), other(in.size());
  kernels.dropout({outer, repeat, inner, in.data(), seed, rate, out.data()}, workers);
  kernels.dropout({outer, repeat, inner, in.data(), next_seed, rate, other.data()}, workers);
  int64_t dropped = 0, wrong = 0;
  for (int64_t i = 0; i < outer * repeat * inner; ++i) {
    const int64_t first = i / (repeat * inner) * repeat * inner + i % inner;  // the element whose draw this one shares
    const double want = out[first] == 0 ? 0 : in[i] / (1 - rate);
    wrong += !(std::fabs(out[i] - want) <= 1e-6 * std::fabs(want));
    dropped += i == first && out[i] == 0;
  }
  const double draws = static_cast<double>(outer * inner), deviation = std::sqrt(draws * rate * (1 - rate));
  const std::string label = level + " dropout " + std::to_string(repeat) + ": ";
  require(wrong == 0, label + std::to_string(wrong) + " elements are neither 0 nor in / (1 - rate)");
  require(std::fabs(static_cast<double>(dropped) - draws * rate) < 5 * deviation, label + std::to_string(dropped) + " dropped");
  require(!same_bits(out, other), label + "two seeds draw one mask");
}

template <class T>
void check_all(const std::string& level, const Kernels<T>& kernels) {
  for (const int64_t width : {1, 2, 3, 16, 17, 64, 100}) check_layer_norm(level, kernels, width == 17 ? 5000 : 700, width);
  check_layer_norm(level, kernels, 2, 5000);
  check_dropout(level, kernels, 1, 1, 100003);
  check_dropout(level, kernels, 200, 7, 301);
}

}  // namespace

void check_elementwise(const Level& level) {
  check_all<float>(std::string(level.name) + " float", level.f32);
  check_all<double>(std::string(level.name) + " double", level.f64);
}

}  // namespace bptt
