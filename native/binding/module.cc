// The compiled module: two doors to the same kernels, and what it says about them.
#include <nanobind/nanobind.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/tuple.h>
#include <nanobind/stl/vector.h>

#include "bptt/cpu.h"
#include "direct.h"
#include "ffi.h"
#include "kernels.h"
#include "probe.h"
#include "store.h"

namespace nb = nanobind;

namespace bptt {
namespace {

std::vector<std::string> level_names() {
  int count;
  const Level* const* list = levels(&count);
  std::vector<std::string> names;
  for (int i = 0; i < count; ++i) names.push_back(list[i]->name);
  return names;
}

int64_t kept_width(int cell, bool norm, bool zoneout, int64_t units, bool wide) {
  const auto of = static_cast<Cell>(cell);
  return wide ? level().f64.kept_width(of, norm, zoneout, units) : level().f32.kept_width(of, norm, zoneout, units);
}

std::vector<std::tuple<int64_t, int64_t, std::vector<double>>> readings() {
  std::vector<std::tuple<int64_t, int64_t, std::vector<double>>> all;
  for (Reading& reading : Probe::get().take()) all.emplace_back(reading.tap, reading.width, std::move(reading.values));
  return all;
}

std::pair<int64_t, int64_t> clips(int64_t tap) {
  const Clips clips = Probe::get().take_clips(tap);
  return {clips.steps, clips.clipped};
}

}  // namespace
}  // namespace bptt

NB_MODULE(_native, module) {
  module.doc() = "The compiled kernels, as XLA FFI handlers and as functions on arrays.";
  module.def("registrations", &bptt::registrations, "Name of each custom call and its handler.");
  bptt::add_direct(module);
  module.def("level", [] { return std::string(bptt::level().name); }, "The instruction-set level in use.");
  module.def("levels", &bptt::level_names, "The levels this processor runs, best first.");
  module.def("missed", [] { return bptt::Store::get().missed(); }, "How many backward passes had to compute their forward pass again.");
  module.def("look", [](bool on) { bptt::Probe::get().look(on); }, nb::arg("on"), "Whether backward passes are read in passing.");
  module.def("readings", &bptt::readings, "What was read since the last call: tap, width, numbers in rows of that width.");
  module.def("clips", &bptt::clips, nb::arg("tap"), "Steps of that optimizer since the last call, and those with clipped gradients.");
  module.def("narrows", &bptt::narrows, nb::arg("units"), "Whether a recurrence of so many units multiplies in bfloat16 where asked.");
  module.def("kept_width", &bptt::kept_width, nb::arg("cell"), nb::arg("norm"), nb::arg("zoneout"), nb::arg("units"),
             nb::arg("wide"), "Elements that a step keeps for the backward pass.");
}
