// The one door: XLA's buffers in, checked shapes to the kernels, every failure back as an ffi::Error.
#include <nanobind/nanobind.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <string>
#include <vector>

#include "elementwise.h"
#include "recurrence.h"

namespace nb = nanobind;

namespace bptt {
namespace {

Kind kind_of(ffi::DataType type) {
  switch (type) {
    case ffi::F32: return Kind::kFloat32;
    case ffi::F64: return Kind::kFloat64;
    case ffi::S32: return Kind::kInt32;
    case ffi::U32: return Kind::kUint32;
    case ffi::PRED: return Kind::kBool;
    default: return Kind::kOther;
  }
}

// What came through the door, as it is.
std::vector<Array> arrays(const ffi::RemainingArgs& all) {
  std::vector<Array> arrays;
  for (size_t i = 0; i < all.size(); ++i) {
    const ffi::AnyBuffer buffer = all.get<ffi::AnyBuffer>(i).value();
    arrays.push_back({buffer.untyped_data(), kind_of(buffer.element_type()), {buffer.dimensions().begin(), buffer.dimensions().end()}});
  }
  return arrays;
}

std::vector<Array> arrays(const ffi::RemainingRets& all) {
  std::vector<Array> arrays;
  for (size_t i = 0; i < all.size(); ++i) {
    ffi::Result<ffi::AnyBuffer> buffer = all.get<ffi::AnyBuffer>(i).value();
    arrays.push_back({buffer->untyped_data(), kind_of(buffer->element_type()), {buffer->dimensions().begin(), buffer->dimensions().end()}});
  }
  return arrays;
}

using Run = void (*)(const std::vector<Array>&, const std::vector<Array>&, const Settings&, Workers&, Memory&);

template <Run run>
ffi::Error recurrence(ffi::ThreadPool pool, ffi::RemainingArgs in, ffi::RemainingRets out, int32_t cell, int32_t activation,
                      int32_t recurrent_activation, bool go_backwards, bool zero_for_mask, bool fill, double zoneout,
                      double zoneout_cell, double epsilon) {
  return guarded([&] {
    PoolWorkers workers(pool);
    Scratch scratch;
    run(arrays(in), arrays(out),
        {cell, activation, recurrent_activation, go_backwards, zero_for_mask, fill, zoneout, zoneout_cell, epsilon}, workers,
        scratch.memory());
  });
}

auto recurrence_binding() {
  return ffi::Ffi::Bind()
      .Ctx<ffi::ThreadPool>()
      .RemainingArgs()
      .RemainingRets()
      .Attr<int32_t>("cell")
      .Attr<int32_t>("activation")
      .Attr<int32_t>("recurrent_activation")
      .Attr<bool>("go_backwards")
      .Attr<bool>("zero_for_mask")
      .Attr<bool>("fill")
      .Attr<double>("zoneout")
      .Attr<double>("zoneout_cell")
      .Attr<double>("epsilon");
}

#define BPTT_HANDLERS(name, type)                                                                              \
  XLA_FFI_DEFINE_HANDLER(name##_forward, recurrence<run_forward<Native<type>>>, recurrence_binding());         \
  XLA_FFI_DEFINE_HANDLER(name##_backward, recurrence<run_backward<Native<type>>>, recurrence_binding());       \
  XLA_FFI_DEFINE_HANDLER(name##_dropout, dropout<type>, dropout_binding<type>());                              \
  XLA_FFI_DEFINE_HANDLER(name##_norm_forward, layer_norm_forward<type>, norm_forward_binding<type>());         \
  XLA_FFI_DEFINE_HANDLER(name##_norm_backward, layer_norm_backward<type>, norm_backward_binding<type>())

BPTT_HANDLERS(f32, ffi::F32);
BPTT_HANDLERS(f64, ffi::F64);

template <class Handler>
nb::capsule capsule(Handler* handler) {
  return nb::capsule(reinterpret_cast<void*>(handler));
}

nb::dict registrations() {
  nb::dict all;
#define BPTT_REGISTER(type)                                             \
  all["bptt_recurrence_forward_" #type] = capsule(type##_forward);      \
  all["bptt_recurrence_backward_" #type] = capsule(type##_backward);    \
  all["bptt_dropout_" #type] = capsule(type##_dropout);                 \
  all["bptt_layer_norm_forward_" #type] = capsule(type##_norm_forward); \
  all["bptt_layer_norm_backward_" #type] = capsule(type##_norm_backward)
  BPTT_REGISTER(f32);
  BPTT_REGISTER(f64);
  return all;
}

std::vector<std::string> level_names() {
  int count;
  const Level* const* list = levels(&count);
  std::vector<std::string> names;
  for (int i = 0; i < count; ++i) names.push_back(list[i]->name);
  return names;
}

}  // namespace
}  // namespace bptt

NB_MODULE(_native, module) {
  module.doc() = "The compiled kernels, as XLA FFI handlers.";
  module.def("registrations", &bptt::registrations, "Name of each custom call and its handler.");
  module.def("level", [] { return std::string(bptt::level().name); }, "The instruction-set level in use.");
  module.def(
      "kept_width",
      [](int cell, bool norm, bool zoneout, int64_t units, bool wide) {
        const auto of = static_cast<bptt::Cell>(cell);
        return wide ? bptt::level().f64.kept_width(of, norm, zoneout, units) : bptt::level().f32.kept_width(of, norm, zoneout, units);
      },
      nb::arg("cell"), nb::arg("norm"), nb::arg("zoneout"), nb::arg("units"), nb::arg("wide"), "Elements that a step keeps for the backward pass.");
  module.def("levels", &bptt::level_names, "The levels this processor runs, best first.");
}
