// Dropout and layer normalisation at XLA's door.
#pragma once

#include "handler.h"

namespace bptt {

template <ffi::DataType type>
ffi::Error dropout(ffi::ThreadPool pool, In3<type> in, ffi::Buffer<ffi::U32, 1> seed, Out<type, 3> out, double rate) {
  const auto dims = in.dimensions();
  Check check;
  check.shape("out", *out, Shape(dims.begin(), dims.end())).shape("seed", seed, {2});
  check.that(rate >= 0 && rate < 1, "rate is not in [0, 1)");
  if (check.failed()) return check.error();
  return guarded([&] {
    PoolWorkers workers(pool);
    kernels<Native<type>>().dropout(
        {dims[0], dims[1], dims[2], in.typed_data(), seed.typed_data(), rate, fresh(out)}, workers);
  });
}

template <ffi::DataType type>
ffi::Error layer_norm_forward(ffi::ThreadPool pool, In2<type> in, In1<type> gamma, In1<type> beta, Out<type, 2> out,
                              double epsilon) {
  const int64_t rows = in.dimensions()[0], width = in.dimensions()[1];
  Check check;
  check.shape("gamma", gamma, {width}).shape("beta", beta, {width}).shape("out", *out, {rows, width});
  if (check.failed()) return check.error();
  return guarded([&] {
    PoolWorkers workers(pool);
    kernels<Native<type>>().layer_norm_forward(
        {rows, width, in.typed_data(), gamma.typed_data(), beta.typed_data(), epsilon, fresh(out)}, workers);
  });
}

template <ffi::DataType type>
ffi::Error layer_norm_backward(ffi::ThreadPool pool, In2<type> in, In1<type> gamma,
                               In2<type> d_out, Out<type, 2> d_in, Out<type, 1> d_gamma, Out<type, 1> d_beta,
                               double epsilon) {
  const int64_t rows = in.dimensions()[0], width = in.dimensions()[1];
  Check check;
  check.shape("gamma", gamma, {width}).shape("d_out", d_out, {rows, width}).shape("d_in", *d_in, {rows, width});
  check.shape("d_gamma", *d_gamma, {width}).shape("d_beta", *d_beta, {width});
  if (check.failed()) return check.error();
  return guarded([&] {
    PoolWorkers workers(pool);
    Scratch scratch;
    kernels<Native<type>>().layer_norm_backward({rows, width, in.typed_data(), gamma.typed_data(), d_out.typed_data(), epsilon,
                                                 fresh(d_in), d_gamma->typed_data(), d_beta->typed_data()},
                                                workers, scratch.memory());
  });
}

template <ffi::DataType type>
auto dropout_binding() {
  return ffi::Ffi::Bind()
      .Ctx<ffi::ThreadPool>()
      .template Arg<In3<type>>()
      .template Arg<ffi::Buffer<ffi::U32, 1>>()
      .template Ret<In3<type>>()
      .template Attr<double>("rate");
}

template <ffi::DataType type>
auto norm_forward_binding() {
  return ffi::Ffi::Bind()
      .Ctx<ffi::ThreadPool>()
      .template Arg<In2<type>>()
      .template Arg<In1<type>>()
      .template Arg<In1<type>>()
      .template Ret<In2<type>>()
      .template Attr<double>("epsilon");
}

template <ffi::DataType type>
auto norm_backward_binding() {
  return ffi::Ffi::Bind()
      .Ctx<ffi::ThreadPool>()
      .template Arg<In2<type>>()
      .template Arg<In1<type>>()
      .template Arg<In2<type>>()
      .template Ret<In2<type>>()
      .template Ret<In1<type>>()
      .template Ret<In1<type>>()
      .template Attr<double>("epsilon");
}

}  // namespace bptt
