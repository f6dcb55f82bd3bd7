// Every level's kernels against plain loops in double precision, without Python or XLA.
// `check_kernels 7` takes every seventh case: the thread sanitizer is slow. The exit code is the number of failures, at most 100.
#include <algorithm>
#include <cstdlib>

#include "support.h"

using namespace bptt;

namespace {

struct Case {
  int64_t batch, time, features, units, vocabulary;  // vocabulary 0: dense inputs
  Activation activation;
  bool go_backwards, zero_for_mask, masked;
};

std::string name(const Case& c) {
  char text[160];
  std::snprintf(text, sizeof text, "B%d T%d D%d H%d V%d %s%s%s%s", int(c.batch), int(c.time), int(c.features), int(c.units),
                int(c.vocabulary), c.activation == Activation::kTanh ? "tanh" : "relu", c.go_backwards ? " backwards" : "",
                c.zero_for_mask ? " zero" : "", c.masked ? " masked" : "");
  return text;
}

template <class T>
struct Problem {
  Case c;
  std::vector<T> inputs, table, kernel, recurrent, bias, initial, d_state, d_sequence;
  std::vector<int32_t> ids;
  std::unique_ptr<bool[]> mask;

  explicit Problem(const Case& c) : c(c), mask(new bool[static_cast<size_t>(c.batch * c.time)]) {
    std::mt19937 random(static_cast<uint32_t>(c.batch * 1000 + c.units));
    (c.vocabulary ? table : inputs) = normal<T>(random, c.features * (c.vocabulary ? c.vocabulary : c.batch * c.time), 1);
    kernel = normal<T>(random, c.features * c.units, 1 / std::sqrt(c.features));
    recurrent = normal<T>(random, c.units * c.units, 1 / std::sqrt(c.units));
    bias = normal<T>(random, c.units, 0.5);
    initial = normal<T>(random, c.batch * c.units, 1);
    d_state = normal<T>(random, c.batch * c.units, 1);
    d_sequence = normal<T>(random, c.batch * c.time * c.units, 1);
    for (int64_t i = 0; i < c.batch * c.time; ++i) {
      if (c.vocabulary) ids.push_back(static_cast<int32_t>(random() % static_cast<uint32_t>(c.vocabulary)));
      mask[static_cast<size_t>(i)] = !c.masked || (random() % 3 && i / c.time != 2);  // holes; row 2 has no real step
      if (c.vocabulary && !mask[static_cast<size_t>(i)]) ids.back() = -7;
    }
  }

  const T* x(int64_t place) const {
    return c.vocabulary ? table.data() + ids[static_cast<size_t>(place)] * c.features : inputs.data() + place * c.features;
  }

  SimpleRnn<T> net() const {
    return {c.batch, c.time, c.features, c.units, c.vocabulary, c.vocabulary ? nullptr : inputs.data(),
            c.vocabulary ? ids.data() : nullptr, c.vocabulary ? table.data() : nullptr, kernel.data(), recurrent.data(),
            bias.data(), initial.data(), c.masked ? mask.get() : nullptr, c.activation, c.go_backwards, c.zero_for_mask};
  }
};

const char* const kNames[] = {"state", "sequence", "d_inputs", "d_table", "d_kernel", "d_recurrent", "d_bias", "d_initial"};

// The sizes of the results, in the order of kNames.
std::vector<size_t> sizes(const Case& c) {
  const int64_t all[] = {c.batch * c.units, c.batch * c.time * c.units, c.vocabulary ? 0 : c.batch * c.time * c.features,
                         c.vocabulary * c.features, c.features * c.units, c.units * c.units, c.units, c.batch * c.units};
  return {all, all + 8};
}

// One row at a time, as the formulas stand in simple_rnn.h.
template <class T>
std::vector<Doubles> plain(const Problem<T>& p) {
  const auto [B, T_, D, H, V, activation, back, zero, masked] = p.c;
  std::vector<Doubles> out;
  for (const size_t size : sizes(p.c)) out.emplace_back(size, 0.0);
  Doubles &state = out[0], &sequence = out[1], &d_inputs = out[2], &d_table = out[3], &d_kernel = out[4], &d_recurrent = out[5],
          &d_bias = out[6], &d_initial = out[7];
  for (int64_t b = 0; b < B; ++b) {
    std::vector<Doubles> h = {Doubles(p.initial.begin() + b * H, p.initial.begin() + (b + 1) * H)};
    for (int64_t s = 0; s < T_; ++s) {
      const int64_t place = b * T_ + (back ? T_ - 1 - s : s);
      Doubles now = h.back();
      for (int64_t j = 0; p.mask[place] && j < H; ++j) {
        double z = p.bias[j];
        for (int64_t d = 0; d < D; ++d) z += double(p.x(place)[d]) * p.kernel[d * H + j];
        for (int64_t k = 0; k < H; ++k) z += h.back()[k] * p.recurrent[k * H + j];
        now[j] = activation == Activation::kTanh ? std::tanh(z) : std::max(z, 0.0);
      }
      h.push_back(now);
      for (int64_t j = 0; j < H; ++j) sequence[(b * T_ + s) * H + j] = zero && !p.mask[place] ? 0.0 : now[j];
    }
    std::copy(h.back().begin(), h.back().end(), state.begin() + b * H);
    Doubles g(p.d_state.begin() + b * H, p.d_state.begin() + (b + 1) * H), dz(H);
    for (int64_t s = T_ - 1; s >= 0; --s) {
      const int64_t place = b * T_ + (back ? T_ - 1 - s : s);
      for (int64_t j = 0; j < H; ++j) g[j] += zero && !p.mask[place] ? 0.0 : double(p.d_sequence[(b * T_ + s) * H + j]);
      if (!p.mask[place]) continue;
      for (int64_t j = 0; j < H; ++j) {
        const double y = h[s + 1][j];
        d_bias[j] += dz[j] = g[j] * (activation == Activation::kTanh ? 1 - y * y : y > 0);
      }
      std::fill(g.begin(), g.end(), 0.0);
      double* dx = V ? &d_table[p.ids[place] * D] : &d_inputs[place * D];
      for (int64_t j = 0; j < H; ++j) {
        for (int64_t d = 0; d < D; ++d) {
          d_kernel[d * H + j] += p.x(place)[d] * dz[j];
          dx[d] += dz[j] * p.kernel[d * H + j];
        }
        for (int64_t k = 0; k < H; ++k) {
          d_recurrent[k * H + j] += h[s][k] * dz[j];
          g[k] += dz[j] * p.recurrent[k * H + j];
        }
      }
    }
    std::copy(g.begin(), g.end(), d_initial.begin() + b * H);
  }
  return out;
}

// The kernel's results; arrays that it must fill begin as NaN.
template <class T>
std::vector<std::vector<T>> computed(const Kernels<T>& kernels, const Problem<T>& p, int64_t threads) {
  std::vector<std::vector<T>> out;
  for (const size_t size : sizes(p.c)) out.emplace_back(size, static_cast<T>(NAN));
  Threads workers(threads);
  Heap memory;
  const auto at = [&](int i) { return out[i].empty() ? nullptr : out[i].data(); };
  kernels.simple_rnn_forward({p.net(), true, at(0), at(1)}, workers, memory);
  auto kept = out[1];
  for (int64_t i = 0; i < p.c.batch * p.c.time; ++i) {  // masked steps of what forward kept are nobody's to read
    const int64_t b = i / p.c.time, s = i % p.c.time, t = p.c.go_backwards ? p.c.time - 1 - s : s;
    if (!p.mask[b * p.c.time + t]) std::fill_n(kept.begin() + i * p.c.units, p.c.units, static_cast<T>(NAN));
  }
  kernels.simple_rnn_backward({p.net(), kept.data(), p.c.vocabulary ? kept.data() : nullptr, p.d_state.data(), p.d_sequence.data(), at(2), at(3), at(4), at(5), at(6),
                               at(7)}, workers, memory);
  return out;
}

template <class T>
void check(const char* level, const Kernels<T>& kernels, const Case& c) {
  const Problem<T> problem(c);
  const auto want = plain(problem);
  const auto one = computed(kernels, problem, 1);
  const std::string label = std::string(level) + (sizeof(T) == 8 ? " double " : " float ") + name(c) + " ";
  for (size_t i = 0; i < want.size(); ++i) compare(label + kNames[i], one[i], want[i]);
  for (const int64_t threads : {2, 5}) {
    const auto more = computed(kernels, problem, threads);
    for (size_t i = 0; i < one.size(); ++i)
      require(same_bits(one[i], more[i]), label + kNames[i] + " has other bits with " + std::to_string(threads) + " threads");
  }
}

std::vector<Case> cases() {
  std::vector<Case> all;
  const int64_t shapes[][4] = {{1, 1, 1, 1}, {3, 7, 5, 3}, {9, 40, 17, 16}, {40, 20, 33, 65}, {75, 9, 6, 31}, {3, 300, 2, 8}};
  for (const auto& s : shapes)
    for (int bits = 0; bits < 16; ++bits)
      for (const int64_t vocabulary : {0, 200})
        all.push_back({s[0], s[1], s[2], s[3], vocabulary, bits & 1 ? Activation::kRelu : Activation::kTanh, (bits & 2) != 0,
                       (bits & 4) != 0, (bits & 8) != 0});
  // Slices of 32 rows and more parts than 8, more than 1,024 distinct words: sums in several parts each.
  all.push_back({300, 6, 260, 260, 30000, Activation::kTanh, true, false, true});
  all.push_back({300, 2, 260, 260, 0, Activation::kTanh, false, true, true});
  return all;
}

}  // namespace

int main(int argc, char** argv) {
  const size_t every = argc > 1 ? std::max(1, std::atoi(argv[1])) : 1;
  const auto all = cases();
  check_threads();
  int count;
  const Level* const* list = levels(&count);
  for (int i = 0; i < count; ++i) {
    check_elementwise(*list[i]);
    for (size_t c = 0; c < all.size(); c += every) {
      check(list[i]->name, list[i]->f32, all[c]);
      check(list[i]->name, list[i]->f64, all[c]);
    }
  }
  std::printf("%d levels, %zu cases each, %d failures\n", count, (all.size() + every - 1) / every, failures);
  return failures > 100 ? 100 : failures;
}
