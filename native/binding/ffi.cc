// The one door: XLA's buffers in, checked shapes to the kernels, every failure back as an ffi::Error.
#include <nanobind/nanobind.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <string>
#include <vector>

#include "elementwise.h"
#include "simple_rnn.h"

namespace nb = nanobind;

namespace bptt {
namespace {

#define BPTT_HANDLERS(name, type)                                                                       \
  XLA_FFI_DEFINE_HANDLER(name##_rnn_forward, rnn_forward<type>, rnn_forward_binding<type>());           \
  XLA_FFI_DEFINE_HANDLER(name##_rnn_backward, rnn_backward<type>, rnn_backward_binding<type>());        \
  XLA_FFI_DEFINE_HANDLER(name##_dropout, dropout<type>, dropout_binding<type>());                       \
  XLA_FFI_DEFINE_HANDLER(name##_norm_forward, layer_norm_forward<type>, norm_forward_binding<type>());  \
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
  all["bptt_simple_rnn_forward_" #type] = capsule(type##_rnn_forward);  \
  all["bptt_simple_rnn_backward_" #type] = capsule(type##_rnn_backward); \
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
  module.def("levels", &bptt::level_names, "The levels this processor runs, best first.");
}
