// What is read in passing while somebody looks: of a recurrence's way back, and of an optimizer's gradients.
#pragma once

#include <atomic>
#include <map>
#include <mutex>
#include <utility>
#include <vector>

#include "arrays.h"
#include "bptt/per_process.h"
#include "bptt/recurrence.h"

namespace bptt {

// Numbers of whoever bears this tap, in rows of `width`.
struct Reading {
  int64_t tap, width;
  std::vector<double> values;
};

// Steps of an optimizer, and in how many of them gradients were clipped.
struct Clips {
  int64_t steps, clipped;
};

class Probe {
 public:
  static Probe& get() { return PerProcess<Probe>::get(); }

  void look(bool on) { on_ = on; }
  bool looks() const { return on_; }

  void put(Reading reading) {
    std::lock_guard<std::mutex> lock(mutex_);
    if (readings_.size() < kMost) readings_.push_back(std::move(reading));
  }
  // What was read since the last call, in the order in which it came.
  std::vector<Reading> take() {
    std::lock_guard<std::mutex> lock(mutex_);
    return std::exchange(readings_, {});
  }

  void count(int64_t tap, bool clipped) {
    std::lock_guard<std::mutex> lock(mutex_);
    Clips& clips = clips_[tap];
    ++clips.steps;
    clips.clipped += clipped;
  }
  // Of the optimizer that bears this tap, since the last call.
  Clips take_clips(int64_t tap) {
    std::lock_guard<std::mutex> lock(mutex_);
    return std::exchange(clips_[tap], {});
  }

 private:
  static constexpr size_t kMost = 1024;  // wait, if nobody takes them

  std::atomic<bool> on_{false};
  std::mutex mutex_;
  std::vector<Reading> readings_;
  std::map<int64_t, Clips> clips_;
};

// A backward pass that somebody may look at; tap 0 is nobody's.
template <class T>
class Looking {
 public:
  Looking(Backward<T>& args, int64_t tap) : reading_{tap, tap_width(args.net.cell), {}} {
    if (tap == 0 || !Probe::get().looks()) return;
    reading_.values.resize(static_cast<size_t>(args.net.time * reading_.width));
    args.tap = reading_.values.data();
  }

  // After the pass.
  void leave() {
    if (!reading_.values.empty()) Probe::get().put(std::move(reading_));
  }

 private:
  Reading reading_;
};

// The sum of the squares of each gradient (N), where somebody looks; whether they were clipped (1), which comes before them, is
// counted always. Gives 0 (1), int32, for XLA to wait for.
template <class T>
void run_gradients(const std::vector<Array>& in, const std::vector<Array>& out, int64_t tap) {
  const Names result = {"nothing"};
  *Arrays(out, result).required<int32_t>({1}) = 0;
  Names names(in.size(), "gradient");
  if (!names.empty()) names[0] = "clipped";
  Arrays arrays(in, names);
  Probe::get().count(tap, *arrays.required<bool>({1}));
  if (!Probe::get().looks()) return;
  Reading reading = {tap, 1, {}};
  for (size_t i = 1; i < in.size(); ++i) {
    const int64_t size = arrays.axes(1)[0];
    const T* from = arrays.required<T>({size});
    double squares = 0;
    for (int64_t j = 0; j < size; ++j) squares += static_cast<double>(from[j]) * static_cast<double>(from[j]);
    reading.values.push_back(squares);
  }
  Probe::get().put(std::move(reading));
}

}  // namespace bptt
