#include "backends/cpu/dnnl_util.h"

#include <omp.h>

#include <exception>
#include <oneapi/dnnl/dnnl.hpp>
#include <string_view>
#include <utility>

#include "base/str_cat.h"

namespace onnxifi::cpu {

namespace {

using Dims = dnnl::memory::dims;
using Desc = dnnl::memory::desc;
using Tag = dnnl::memory::format_tag;

// Runs fn and turns oneDNN's exceptions into a Status.
template <typename Fn>
Status CatchDnnl(const char* what, const Fn& fn) {
  try {
    return fn();
  } catch (const dnnl::error& error) {
    const onnxStatus code = error.status == dnnl_out_of_memory
                                ? ONNXIFI_STATUS_NO_SYSTEM_MEMORY
                                : ONNXIFI_STATUS_UNSUPPORTED_ATTRIBUTE;
    return Status(code, StrCat("oneDNN: ", what, ": ", error.what()));
  } catch (const std::exception& error) {
    return Status(ONNXIFI_STATUS_INTERNAL_ERROR,
                  StrCat("oneDNN: ", what, ": ", error.what()));
  }
}

dnnl::engine& Engine() {
  static dnnl::engine engine(dnnl::engine::kind::cpu, 0);
  return engine;
}

Tag ActivationTag(DnnlLayout layout, size_t spatial) {
  const bool flat = spatial == 2;
  switch (layout) {
    case DnnlLayout::kPlain:
      return flat ? Tag::nchw : Tag::ncdhw;
    case DnnlLayout::kChannels8:
      return flat ? Tag::nChw8c : Tag::nCdhw8c;
    case DnnlLayout::kChannels16:
      return flat ? Tag::nChw16c : Tag::nCdhw16c;
  }
  return Tag::undef;
}

Tag PlainWeightsTag(bool grouped, size_t spatial) {
  if (spatial == 2) return grouped ? Tag::goihw : Tag::oihw;
  return grouped ? Tag::goidhw : Tag::oidhw;
}

Dims Shape4(int64_t n, int64_t c, const std::vector<int64_t>& spatial) {
  Dims dims = {n, c};
  dims.insert(dims.end(), spatial.begin(), spatial.end());
  return dims;
}

Dims WeightDims(const DnnlConvShape& shape) {
  Dims dims;
  if (shape.groups > 1) dims.push_back(shape.groups);
  dims.push_back(shape.out_channels / shape.groups);
  dims.push_back(shape.in_channels / shape.groups);
  dims.insert(dims.end(), shape.kernel.begin(), shape.kernel.end());
  return dims;
}

dnnl::algorithm EltwiseKind(Activation::Kind kind) {
  using A = dnnl::algorithm;
  using K = Activation::Kind;
  switch (kind) {
    case K::kRelu:
      return A::eltwise_relu;
    case K::kClip:
      return A::eltwise_clip;
    case K::kSigmoid:
      return A::eltwise_logistic;
    case K::kTanh:
      return A::eltwise_tanh;
    case K::kElu:
      return A::eltwise_elu;
    case K::kHardSwish:
      return A::eltwise_hardswish;
    case K::kSwish:
      return A::eltwise_swish;
    case K::kGeluErf:
      return A::eltwise_gelu_erf;
    case K::kGeluTanh:
      return A::eltwise_gelu_tanh;
    case K::kSoftplus:
      return A::eltwise_soft_relu;
    case K::kNone:
      break;
  }
  return A::undef;
}

// The two parameters as this version of oneDNN wants them.
std::pair<float, float> EltwiseParameters(const Activation& activation) {
  using K = Activation::Kind;
  if (activation.kind == K::kSwish) return {1.0f, 0.0f};
#if DNNL_VERSION_MAJOR >= 3
  if (activation.kind == K::kHardSwish) return {1.0f / 6.0f, 0.5f};
  if (activation.kind == K::kSoftplus) return {1.0f, 0.0f};
#endif
  return {activation.alpha, activation.beta};
}

dnnl::primitive_attr Attributes(const DnnlConvShape& shape) {
  dnnl::primitive_attr attr;
  attr.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  dnnl::post_ops ops;
  if (shape.residual) ops.append_sum(1.0f);
  if (shape.activation.kind != Activation::Kind::kNone) {
    const auto [alpha, beta] = EltwiseParameters(shape.activation);
#if DNNL_VERSION_MAJOR >= 3
    ops.append_eltwise(EltwiseKind(shape.activation.kind), alpha, beta);
#else
    ops.append_eltwise(1.0f, EltwiseKind(shape.activation.kind), alpha, beta);
#endif
  }
  attr.set_post_ops(ops);
  return attr;
}

// oneDNN counts a dilation of 1 as 0.
Dims ZeroBased(const std::vector<int64_t>& dilations) {
  Dims dims;
  for (const int64_t dilation : dilations) dims.push_back(dilation - 1);
  return dims;
}

struct ConvDescs {
  Desc src, weights, bias, dst;
};

ConvDescs MakeDescs(const DnnlConvShape& shape) {
  const size_t spatial = shape.in.size();
  const auto f32 = dnnl::memory::data_type::f32;
  ConvDescs descs;
  descs.src = Desc(Shape4(shape.batch, shape.in_channels, shape.in), f32,
                   ActivationTag(shape.src, spatial));
  descs.dst = Desc(Shape4(shape.batch, shape.out_channels, shape.out), f32,
                   ActivationTag(shape.dst, spatial));
  descs.weights = Desc(WeightDims(shape), f32, Tag::any);
  if (shape.bias) descs.bias = Desc({shape.out_channels}, f32, Tag::x);
  return descs;
}

dnnl::convolution_forward::primitive_desc MakePrimitiveDesc(
    const DnnlConvShape& shape) {
  const ConvDescs d = MakeDescs(shape);
  const dnnl::primitive_attr attr = Attributes(shape);
  const auto kind = dnnl::prop_kind::forward_inference;
  const auto algorithm = dnnl::algorithm::convolution_direct;
  const Dims dilations = ZeroBased(shape.dilations);
#if DNNL_VERSION_MAJOR >= 3
  if (shape.bias) {
    return {Engine(),      kind,  algorithm,     d.src,     d.weights,
            d.bias,        d.dst, shape.strides, dilations, shape.pad_begin,
            shape.pad_end, attr};
  }
  return {Engine(),        kind,          algorithm,     d.src,
          d.weights,       d.dst,         shape.strides, dilations,
          shape.pad_begin, shape.pad_end, attr};
#else
  if (shape.bias) {
    return {{kind, algorithm, d.src, d.weights, d.bias, d.dst, shape.strides,
             dilations, shape.pad_begin, shape.pad_end},
            attr,
            Engine()};
  }
  return {{kind, algorithm, d.src, d.weights, d.dst, shape.strides, dilations,
           shape.pad_begin, shape.pad_end},
          attr,
          Engine()};
#endif
}

bool Acceptable(std::string_view name, bool need_jit) {
  if (name.find("ref") != std::string_view::npos) return false;
  return !need_jit || name.find("gemm") == std::string_view::npos;
}

constexpr size_t kMaxArgs = 5;

}  // namespace

SingleThreadOmp::SingleThreadOmp() : threads_(omp_get_max_threads()) {
  if (threads_ != 1) omp_set_num_threads(1);
}

SingleThreadOmp::~SingleThreadOmp() {
  if (threads_ != 1) omp_set_num_threads(threads_);
}

void LimitDnnl(Isa isa) {
  dnnl_cpu_isa_t most = dnnl_cpu_isa_avx2;
  if (isa < Isa::kAvx2) most = dnnl_cpu_isa_sse41;
  if (isa >= Isa::kAvx512) return;
  // Fails after oneDNN's first use, when nothing can be limited any more.
  static_cast<void>(dnnl_set_max_cpu_isa(most));
}

std::string DnnlVersion() {
  const dnnl_version_t* version = dnnl_version();
  return StrCat(version->major, ".", version->minor, ".", version->patch);
}

DnnlLayout ToDnnlLayout(Layout layout) {
  switch (layout) {
    case Layout::kPlain:
      return DnnlLayout::kPlain;
    case Layout::kChannels8:
      return DnnlLayout::kChannels8;
    case Layout::kChannels16:
      return DnnlLayout::kChannels16;
  }
  return DnnlLayout::kPlain;
}

struct DnnlConv::Impl {
  dnnl::primitive primitive;
  Desc src, weights, bias, dst, scratch;
  Desc plain_weights;
  bool has_bias = false;
};

DnnlConv::DnnlConv(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
DnnlConv::~DnnlConv() = default;

Result<std::shared_ptr<const DnnlConv>> DnnlConv::Create(
    const DnnlConvShape& shape, bool need_jit) {
  const SingleThreadOmp single;
  auto impl = std::make_unique<Impl>();
  ONNXIFI_RETURN_IF_ERROR(CatchDnnl("convolution", [&]() -> Status {
    const auto desc = MakePrimitiveDesc(shape);
    const char* name = desc.impl_info_str();
    if (!Acceptable(name, need_jit)) {
      return Status(ONNXIFI_STATUS_UNSUPPORTED_ATTRIBUTE,
                    StrCat("oneDNN offers only '", name, "' for this shape"));
    }
    impl->primitive = dnnl::convolution_forward(desc);
    impl->src = desc.src_desc();
    impl->weights = desc.weights_desc();
    impl->dst = desc.dst_desc();
    impl->scratch = desc.scratchpad_desc();
    impl->has_bias = shape.bias;
    if (shape.bias) impl->bias = desc.bias_desc();
    impl->plain_weights =
        Desc(WeightDims(shape), dnnl::memory::data_type::f32,
             PlainWeightsTag(shape.groups > 1, shape.in.size()));
    return Status::Ok();
  }));
  return std::shared_ptr<const DnnlConv>(new DnnlConv(std::move(impl)));
}

size_t DnnlConv::scratch_bytes() const { return impl_->scratch.get_size(); }

size_t DnnlConv::weight_bytes() const { return impl_->weights.get_size(); }

std::string DnnlConv::weight_order() const {
#if DNNL_VERSION_MAJOR >= 3
  std::string order = ShapeText(impl_->weights.get_padded_dims());
  order += '/' + ShapeText(impl_->weights.get_strides());
  order += '/' + ShapeText(impl_->weights.get_inner_blks());
  return order + '/' + ShapeText(impl_->weights.get_inner_idxs());
#else
  const dnnl_memory_desc_t& desc = impl_->weights.data;
  const dnnl_blocking_desc_t& blocks = desc.format_desc.blocking;
  const size_t rank = static_cast<size_t>(desc.ndims);
  const size_t inner = static_cast<size_t>(blocks.inner_nblks);
  std::string order = ShapeText(std::span(desc.padded_dims, rank));
  order += '/' + ShapeText(std::span(blocks.strides, rank));
  order += '/' + ShapeText(std::span(blocks.inner_blks, inner));
  return order + '/' + ShapeText(std::span(blocks.inner_idxs, inner));
#endif
}

Status DnnlConv::PackWeights(const void* weights, void* packed) const {
  const SingleThreadOmp single;
  return CatchDnnl("packing of weights", [&] {
    dnnl::stream stream(Engine());
    dnnl::memory from(impl_->plain_weights, Engine(),
                      const_cast<void*>(weights));
    dnnl::memory to(impl_->weights, Engine(), packed);
    dnnl::reorder(from, to).execute(stream, from, to);
    stream.wait();
    return Status::Ok();
  });
}

struct DnnlConvCall::Handles {
  onnxStatus Execute(const Pointers& pointers);

  std::shared_ptr<const DnnlConv> conv;
  dnnl::stream stream;
  // In the order of DnnlConvCall::Pointers.
  std::array<dnnl::memory, kMaxArgs> memories;
  std::array<const void*, kMaxArgs> bound = {};
  std::vector<dnnl_exec_arg_t> args;
};

DnnlConvCall::DnnlConvCall(std::unique_ptr<Handles> handles)
    : handles_(std::move(handles)) {}
DnnlConvCall::~DnnlConvCall() = default;

// Throws what oneDNN throws.
std::unique_ptr<DnnlConvCall::Handles> DnnlConvCall::Make(
    std::shared_ptr<const DnnlConv> conv) {
  auto made = std::make_unique<Handles>();
  const DnnlConv::Impl& c = *conv->impl_;
  made->stream = dnnl::stream(Engine());
  const auto add = [&](size_t slot, int id, const Desc& desc) {
    made->memories[slot] = dnnl::memory(desc, Engine(), DNNL_MEMORY_NONE);
    made->args.push_back({id, made->memories[slot].get()});
  };
  add(0, DNNL_ARG_SRC, c.src);
  add(1, DNNL_ARG_WEIGHTS, c.weights);
  if (c.has_bias) add(2, DNNL_ARG_BIAS, c.bias);
  add(3, DNNL_ARG_DST, c.dst);
  if (c.scratch.get_size() > 0) add(4, DNNL_ARG_SCRATCHPAD, c.scratch);
  made->conv = std::move(conv);
  return made;
}

Result<std::unique_ptr<DnnlConvCall>> DnnlConvCall::Create(
    std::shared_ptr<const DnnlConv> conv) {
  std::unique_ptr<Handles> handles;
  ONNXIFI_RETURN_IF_ERROR(CatchDnnl("memory objects", [&] {
    handles = Make(std::move(conv));
    return Status::Ok();
  }));
  return std::unique_ptr<DnnlConvCall>(new DnnlConvCall(std::move(handles)));
}

onnxStatus DnnlConvCall::Handles::Execute(const Pointers& pointers) {
  const std::array<const void*, kMaxArgs> wanted = {
      pointers.src, pointers.weights, pointers.bias, pointers.dst,
      pointers.scratch};
  for (size_t i = 0; i < kMaxArgs; ++i) {
    if (wanted[i] == bound[i] || !memories[i]) continue;
      // Shapes are padded by the caller, so oneDNN finds no tail to clear.
#if DNNL_VERSION_MAJOR >= 3
    const dnnl_status_t status = dnnl_memory_set_data_handle(
        memories[i].get(), const_cast<void*>(wanted[i]));
#else
    const dnnl_status_t status = dnnl_memory_set_data_handle_v2(
        memories[i].get(), const_cast<void*>(wanted[i]), nullptr);
#endif
    if (status != dnnl_success) return ONNXIFI_STATUS_INTERNAL_ERROR;
    bound[i] = wanted[i];
  }
  const dnnl_status_t status =
      dnnl_primitive_execute(conv->impl_->primitive.get(), stream.get(),
                             static_cast<int>(args.size()), args.data());
  return status == dnnl_success ? ONNXIFI_STATUS_SUCCESS
                                : ONNXIFI_STATUS_INTERNAL_ERROR;
}

// Beside another execution. Any exception is one of want of memory.
onnxStatus DnnlConvCall::ExecuteBesides(const Pointers& pointers) {
  try {
    std::unique_ptr<Handles> handles;
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      if (!spare_.empty()) {
        handles = std::move(spare_.back());
        spare_.pop_back();
      }
    }
    if (handles == nullptr) handles = Make(handles_->conv);
    const onnxStatus status = handles->Execute(pointers);
    const std::lock_guard<std::mutex> lock(mutex_);
    spare_.push_back(std::move(handles));
    return status;
  } catch (...) {
    return ONNXIFI_STATUS_NO_SYSTEM_MEMORY;
  }
}

onnxStatus DnnlConvCall::Execute(const Pointers& pointers) {
  if (in_use_.exchange(true, std::memory_order_acquire)) {
    return ExecuteBesides(pointers);
  }
  const onnxStatus status = handles_->Execute(pointers);
  in_use_.store(false, std::memory_order_release);
  return status;
}

}  // namespace onnxifi::cpu
