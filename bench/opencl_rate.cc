// How fast the OpenCL backend multiplies, against oneDNN, in one process.
//
//   opencl_rate BUILD   (the build directory)
//
// Prints `gemm: R, G and D GF/s` for a product of 1024 x 1024 x 1024 and, for each
// convolution of ResNet-50 and all of them together as often as they occur,
// `convolutions: R, G and D GF/s`: the ratio of the rates of the OpenCL backend and
// of oneDNN, all cores, medians of alternating runs. Both sides keep their data in
// their own order; a step of each convolution is its sum with the one before.
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <oneapi/dnnl/dnnl.hpp>
#include <string>
#include <utility>
#include <vector>

#include "base/model_builder.h"
#include "base/str_cat.h"
#include "client/client.h"
#include "client/generate.h"
#include "client/model_info.h"

namespace onnxifi::client {
namespace {

using wire::ModelBuilder;

constexpr int kPairs = 15;
// Convolutions one after the other: what enters and leaves counts little.
constexpr int kRepeats = 6;

struct ConvShape {
  int64_t in, size, out, kernel, stride, pad;
  int count;  // in ResNet-50
  int64_t out_size() const { return (size + 2 * pad - kernel) / stride + 1; }
  double flops() const {
    return 2.0 * static_cast<double>(in * out * kernel * kernel * out_size() *
                                     out_size());
  }
};
constexpr ConvShape kConvs[] = {
    {3, 224, 64, 7, 2, 3, 1},    {64, 56, 64, 1, 1, 0, 1},
    {64, 56, 64, 3, 1, 1, 3},    {64, 56, 256, 1, 1, 0, 4},
    {256, 56, 64, 1, 1, 0, 2},   {256, 56, 128, 1, 1, 0, 1},
    {128, 56, 128, 3, 2, 1, 1},  {256, 56, 512, 1, 2, 0, 1},
    {128, 28, 512, 1, 1, 0, 4},  {512, 28, 128, 1, 1, 0, 3},
    {128, 28, 128, 3, 1, 1, 3},  {512, 28, 256, 1, 1, 0, 1},
    {256, 28, 256, 3, 2, 1, 1},  {512, 28, 1024, 1, 2, 0, 1},
    {256, 14, 1024, 1, 1, 0, 6}, {1024, 14, 256, 1, 1, 0, 5},
    {256, 14, 256, 3, 1, 1, 5},  {1024, 14, 512, 1, 1, 0, 1},
    {512, 14, 512, 3, 2, 1, 1},  {1024, 14, 2048, 1, 2, 0, 1},
    {512, 7, 2048, 1, 1, 0, 3},  {2048, 7, 512, 1, 1, 0, 2},
    {512, 7, 512, 3, 1, 1, 2}};

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

template <typename Run>
double Seconds(const Run& run) {
  const auto start = std::chrono::steady_clock::now();
  run();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start)
      .count();
}

// Seconds of two things that are run in turn.
template <typename First, typename Second>
std::pair<double, double> Alternate(const First& first, const Second& second) {
  std::vector<double> a, b;
  for (int pair = -3; pair < kPairs; ++pair) {
    const double one = Seconds(first);
    const double two = Seconds(second);
    if (pair < 0) continue;
    a.push_back(one);
    b.push_back(two);
  }
  return {Median(a), Median(b)};
}

std::vector<float> Numbers(int64_t count) {
  std::vector<float> values(static_cast<size_t>(count));
  for (size_t i = 0; i < values.size(); ++i) {
    values[i] = static_cast<float>(i * 7919 % 1000) / 1000.0f - 0.5f;
  }
  return values;
}

// A model on the OpenCL backend.
class Subject {
 public:
  static Result<Subject> Make(const BackendList& list,
                              const std::string& model) {
    Subject subject;
    const auto bytes = std::as_bytes(std::span(model));
    ONNXIFI_ASSIGN_OR_RETURN(
        const onnxBackendID id,
        ChooseBackend(list, {.backend = "OpenCL", .plugin = ""}));
    ONNXIFI_ASSIGN_OR_RETURN(subject.backend_, InitBackend(id));
    ONNXIFI_ASSIGN_OR_RETURN(CompiledGraph graph,
                             CompiledGraph::Compile(subject.backend_, bytes));
    subject.graph_ = std::move(graph);
    ONNXIFI_ASSIGN_OR_RETURN(const ModelInfo info, ReadModelInfo(bytes));
    ONNXIFI_ASSIGN_OR_RETURN(subject.inputs_,
                             MakeTensors(info.RuntimeInputs()));
    ONNXIFI_ASSIGN_OR_RETURN(subject.outputs_, MakeTensors(info.outputs));
    for (HostValue& input : subject.inputs_) {
      Fill(input.tensor, {Generator::Kind::kLightData}, 0);
    }
    ONNXIFI_RETURN_IF_ERROR(
        subject.graph_->Bind(subject.inputs_, subject.outputs_));
    ONNXIFI_RETURN_IF_ERROR(subject.graph_->Run());
    return subject;
  }
  // Make has run it once.
  void Run() { static_cast<void>(graph_->Run()); }

 private:
  Backend backend_;
  std::vector<HostValue> inputs_;
  std::vector<HostValue> outputs_;
  std::optional<CompiledGraph> graph_;
};

std::string ConvModel(const ConvShape& c) {
  ModelBuilder builder;
  builder.Input("x", wire::kFloat, {1, c.in, c.size, c.size});
  const std::vector<float> weights =
      Numbers(c.out * c.in * c.kernel * c.kernel);
  std::string last;
  for (int i = 0; i < kRepeats; ++i) {
    const std::string w = StrCat("w", i);
    builder.Initializer(wire::TensorOf<float>(
        w, wire::kFloat, {c.out, c.in, c.kernel, c.kernel}, weights));
    builder.Node("Conv", {"x", w}, {StrCat("c", i)},
                 {wire::AttrInts("strides", {c.stride, c.stride}),
                  wire::AttrInts("pads", {c.pad, c.pad, c.pad, c.pad})});
    if (last.empty()) {
      last = StrCat("c", i);
      continue;
    }
    builder.Node("Add", {StrCat("c", i), last}, {StrCat("s", i)});
    last = StrCat("s", i);
  }
  return builder
      .Output(last, wire::kFloat, {1, c.out, c.out_size(), c.out_size()})
      .Build();
}

// The same with oneDNN, in the orders that it likes best.
class DnnlConv {
 public:
  explicit DnnlConv(const ConvShape& c)
      : engine_(dnnl::engine::kind::cpu, 0), stream_(engine_) {
    using dnnl::memory;
    const auto any = [](memory::dims dims) {
      return memory::desc(std::move(dims), memory::data_type::f32,
                          memory::format_tag::any);
    };
    const memory::desc source =
        c.in < 8
            ? memory::desc({1, c.in, c.size, c.size}, memory::data_type::f32,
                           memory::format_tag::nchw)
            : any({1, c.in, c.size, c.size});
    const memory::desc weights = any({c.out, c.in, c.kernel, c.kernel});
    const memory::desc target = any({1, c.out, c.out_size(), c.out_size()});
    for (const bool sum : {false, true}) {
      dnnl::primitive_attr attributes;
      dnnl::post_ops operations;
      if (sum) operations.append_sum(1.0f);
      attributes.set_post_ops(operations);
#if DNNL_VERSION_MAJOR >= 3
      const dnnl::convolution_forward::primitive_desc description(
          engine_, dnnl::prop_kind::forward_inference,
          dnnl::algorithm::convolution_direct, source, weights, target,
          {c.stride, c.stride}, {c.pad, c.pad}, {c.pad, c.pad}, attributes);
#else
      const dnnl::convolution_forward::primitive_desc description(
          dnnl::convolution_forward::desc(
              dnnl::prop_kind::forward_inference,
              dnnl::algorithm::convolution_direct, source, weights, target,
              {c.stride, c.stride}, {c.pad, c.pad}, {c.pad, c.pad}),
          attributes, engine_);
#endif
      primitives_.emplace_back(description);
      if (sum) continue;
      source_ = Make(description.src_desc());
      target_ = Make(description.dst_desc());
      for (int i = 0; i < kRepeats; ++i) {
        weights_.push_back(Make(description.weights_desc()));
      }
    }
  }

  void Run() {
    for (int i = 0; i < kRepeats; ++i) {
      primitives_[i == 0 ? 0 : 1].execute(
          stream_, {{DNNL_ARG_SRC, source_},
                    {DNNL_ARG_WEIGHTS, weights_[static_cast<size_t>(i)]},
                    {DNNL_ARG_DST, target_}});
    }
    stream_.wait();
  }

 private:
  dnnl::memory Make(const dnnl::memory::desc& description) {
    dnnl::memory memory(description, engine_);
    const std::vector<float> values =
        Numbers(static_cast<int64_t>(description.get_size() / sizeof(float)));
    std::copy(values.begin(), values.end(),
              static_cast<float*>(memory.get_data_handle()));
    return memory;
  }

  dnnl::engine engine_;
  dnnl::stream stream_;
  std::vector<dnnl::convolution_forward> primitives_;
  dnnl::memory source_;
  dnnl::memory target_;
  std::vector<dnnl::memory> weights_;
};

Status MeasureGemm(const BackendList& list) {
  constexpr int64_t n = 1024;
  const std::vector<float> numbers = Numbers(n * n);
  const std::string model = ModelBuilder()
                                .Input("a", wire::kFloat, {n, n})
                                .Output("y", wire::kFloat, {n, n})
                                .Initializer(wire::TensorOf<float>(
                                    "b", wire::kFloat, {n, n}, numbers))
                                .Node("MatMul", {"a", "b"}, {"y"})
                                .Build();
  ONNXIFI_ASSIGN_OR_RETURN(Subject ours, Subject::Make(list, model));
  std::vector<float> result(numbers.size());
  const auto [a, b] =
      Alternate([&] { ours.Run(); },
                [&] {
                  dnnl_sgemm('N', 'N', n, n, n, 1.0f, numbers.data(), n,
                             numbers.data(), n, 0.0f, result.data(), n);
                });
  const double flops = 2.0 * n * n * n * 1e-9;
  std::printf("gemm: %.3f, %.1f and %.1f GF/s\n", b / a, flops / a, flops / b);
  return Status::Ok();
}

Status MeasureConvs(const BackendList& list) {
  double ours_seconds = 0, theirs_seconds = 0, flops = 0;
  for (const ConvShape& shape : kConvs) {
    ONNXIFI_ASSIGN_OR_RETURN(Subject ours,
                             Subject::Make(list, ConvModel(shape)));
    DnnlConv theirs(shape);
    const auto [a, b] = Alternate([&] { ours.Run(); }, [&] { theirs.Run(); });
    const double work = shape.flops() * 1e-9;
    std::printf(
        "  %4lld x %3lld -> %4lld, %lld/%lld: %.3f, %.1f and %.1f GF/s\n",
        static_cast<long long>(shape.in), static_cast<long long>(shape.size),
        static_cast<long long>(shape.out), static_cast<long long>(shape.kernel),
        static_cast<long long>(shape.stride), b / a, work * kRepeats / a,
        work * kRepeats / b);
    ours_seconds += a / kRepeats * shape.count;
    theirs_seconds += b / kRepeats * shape.count;
    flops += work * shape.count;
  }
  std::printf("convolutions: %.3f, %.1f and %.1f GF/s\n",
              theirs_seconds / ours_seconds, flops / ours_seconds,
              flops / theirs_seconds);
  return Status::Ok();
}

Status Measure(const std::string& build) {
  ::setenv("ONNXIFI_PLUGIN_FILES",
           (build + "/lib/onnxifi/plugins/libonnxifi-opencl.so").c_str(), 1);
  ONNXIFI_ASSIGN_OR_RETURN(const BackendList list, BackendList::Open());
  ONNXIFI_RETURN_IF_ERROR(MeasureGemm(list));
  return MeasureConvs(list);
}

}  // namespace
}  // namespace onnxifi::client

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: opencl_rate BUILD_DIRECTORY\n");
    return 2;
  }
  // OpenMP's threads must not spin while the other side works; the library has
  // read its variables before main.
  if (::getenv("OMP_WAIT_POLICY") == nullptr) {
    ::setenv("OMP_WAIT_POLICY", "passive", 1);
    ::execv("/proc/self/exe", argv);
  }
  const onnxifi::Status status = onnxifi::client::Measure(argv[1]);
  if (status.ok()) return 0;
  std::fprintf(stderr, "opencl_rate: %s\n", status.message().c_str());
  return 1;
}
