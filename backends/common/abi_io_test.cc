// Conformance checklist 7.8 and the descriptor cases of 7.10.
#include <gtest/gtest.h>
#include <sys/mman.h>

#include <cstring>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "backends/common/testing/abi_fixture.h"

namespace onnxifi::testing {
namespace {

constexpr onnxEnum kFloat = ONNXIFI_DATATYPE_FLOAT32;
using Descriptor = onnxTensorDescriptorV1;

// Descriptors of a correct call, to be spoiled.
struct Call {
  std::vector<Descriptor> inputs;
  std::vector<Descriptor> outputs;
};

class IoTest : public AddTest {
 protected:
  Call GoodCall() {
    in_ = Inputs();
    out_ = Outputs();
    return {Descriptors(in_), Descriptors(out_)};
  }
  static onnxStatus Bind(onnxGraph graph, const Call& call) {
    return onnxSetGraphIO(
        graph, static_cast<uint32_t>(call.inputs.size()), call.inputs.data(),
        static_cast<uint32_t>(call.outputs.size()), call.outputs.data());
  }
  onnxStatus RunBound() {
    const onnxMemoryFenceV1 in = EventFence(NewEvent());
    onnxMemoryFenceV1 out = EventFence();
    const onnxStatus status = onnxRunGraph(graph_, &in, &out);
    if (status == ONNXIFI_STATUS_SUCCESS) {
      EXPECT_EQ(onnxSignalEvent(in.event), ONNXIFI_STATUS_SUCCESS);
      EXPECT_EQ(onnxWaitEvent(out.event), ONNXIFI_STATUS_SUCCESS);
      EXPECT_EQ(onnxReleaseEvent(out.event), ONNXIFI_STATUS_SUCCESS);
    }
    return status;
  }
  // The spoiled call must give `status` from onnxSetGraphIO, remove the
  // binding, and give the same status from onnxSetIOAndRunGraph, which must
  // leave its fence alone.
  void ExpectRefused(const char* what, onnxStatus status,
                     const std::function<void(Call&)>& spoil) {
    SCOPED_TRACE(what);
    Call call = GoodCall();
    ASSERT_EQ(Bind(graph_, call), ONNXIFI_STATUS_SUCCESS);
    spoil(call);
    EXPECT_EQ(Bind(graph_, call), status) << LastError();
    EXPECT_FALSE(LastError().empty());
    EXPECT_EQ(RunBound(), ONNXIFI_STATUS_UNIDENTIFIED_NAME);
    onnxMemoryFenceV1 fence = EventFence(Garbage());
    const onnxMemoryFenceV1 before = fence;
    EXPECT_EQ(
        onnxSetIOAndRunGraph(graph_, static_cast<uint32_t>(call.inputs.size()),
                             call.inputs.data(),
                             static_cast<uint32_t>(call.outputs.size()),
                             call.outputs.data(), &fence),
        status);
    EXPECT_EQ(std::memcmp(&fence, &before, sizeof(fence)), 0);
    EXPECT_EQ(RunBound(), ONNXIFI_STATUS_UNIDENTIFIED_NAME);
  }

  std::vector<Tensor> in_;
  std::vector<Tensor> out_;
};

TEST_F(IoTest, R_184_R_185_BoundByName) {
  Call call = GoodCall();
  std::swap(call.inputs[0], call.inputs[1]);
  EXPECT_EQ(Bind(graph_, call), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(RunBound(), ONNXIFI_STATUS_SUCCESS);
  ExpectSum();
}

TEST_F(IoTest, R_186_NoGraph) {
  const Call call = GoodCall();
  for (void* graph :
       {static_cast<void*>(nullptr), Garbage(), backend_, NewEvent()}) {
    EXPECT_EQ(Bind(graph, call), ONNXIFI_STATUS_INVALID_GRAPH);
  }
}

TEST_F(IoTest, R_187_R_188_R_189_R_209_NullArrays) {
  const Call call = GoodCall();
  const auto expect = [&](uint32_t inputs, const Descriptor* in,
                          uint32_t outputs, const Descriptor* out) {
    ASSERT_EQ(Bind(graph_, call), ONNXIFI_STATUS_SUCCESS);
    EXPECT_EQ(onnxSetGraphIO(graph_, inputs, in, outputs, out),
              ONNXIFI_STATUS_INVALID_POINTER);
    EXPECT_EQ(RunBound(), ONNXIFI_STATUS_UNIDENTIFIED_NAME);
  };
  expect(2, call.inputs.data(), 1, nullptr);
  expect(2, call.inputs.data(), 0, nullptr);
  expect(2, nullptr, 1, call.outputs.data());
}

TEST_F(IoTest, R_190_NoInputs) {
  const std::string model =
      wire::ModelBuilder()
          .Output("y", wire::kFloat, {2})
          .Initializer(wire::TensorOf<float>("w", kFloat, {2}, {7, 8}))
          .Node("Identity", {"w"}, {"y"})
          .Build();
  onnxGraph graph = NewGraph(model);
  float y[2] = {};
  const Tensor out = {"y", {2}, kFloat, y};
  const Descriptor d = out.Descriptor();
  EXPECT_EQ(onnxSetGraphIO(graph, 0, nullptr, 1, &d), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(onnxSetGraphIO(graph, 0, &d, 1, &d), ONNXIFI_STATUS_SUCCESS);
  onnxEvent input = NewEvent();
  onnxEvent output = Run(graph, input);
  EXPECT_EQ(onnxSignalEvent(input), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(onnxWaitEvent(output), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(y[1], 8);
}

TEST_F(IoTest, R_191_to_R_209_R_261_R_263_RefusedDescriptors) {
  using C = Call;
  static const uint64_t kZero[] = {0, 3};
  static const uint64_t kTurned[] = {3, 2};
  static const uint64_t kHuge[] = {uint64_t{1} << 62, 3};
  static const uint64_t kNegative[] = {~uint64_t{0}, 3};
  ExpectRefused("R_191 no outputs", ONNXIFI_STATUS_UNIDENTIFIED_NAME,
                [](C& c) { c.outputs.reserve(1), c.outputs.pop_back(); });
  ExpectRefused("R_192 input missing", ONNXIFI_STATUS_UNIDENTIFIED_NAME,
                [](C& c) { c.inputs.pop_back(); });
  ExpectRefused("R_193 unknown name", ONNXIFI_STATUS_INVALID_NAME, [](C& c) {
    c.inputs.push_back(c.inputs[0]);
    c.inputs[2].name = "stranger";
  });
  ExpectRefused("R_194 twice", ONNXIFI_STATUS_INVALID_NAME,
                [](C& c) { c.inputs.push_back(c.inputs[0]); });
  ExpectRefused("R_195 NULL name", ONNXIFI_STATUS_INVALID_NAME,
                [](C& c) { c.inputs[0].name = nullptr; });
  ExpectRefused("R_195 output as input", ONNXIFI_STATUS_INVALID_NAME,
                [](C& c) { c.inputs[0].name = "c"; });
  ExpectRefused("R_197 dimension 0", ONNXIFI_STATUS_INVALID_SHAPE,
                [](C& c) { c.inputs[0].shape = kZero; });
  ExpectRefused("R_198 shape NULL", ONNXIFI_STATUS_INVALID_SHAPE,
                [](C& c) { c.inputs[0].shape = nullptr; });
  for (const onnxEnum type : {99, 0, 8, 17}) {
    ExpectRefused("R_200 type", ONNXIFI_STATUS_INVALID_DATATYPE,
                  [&](C& c) { c.inputs[0].dataType = type; });
  }
  ExpectRefused("R_201 other type", ONNXIFI_STATUS_MISMATCHING_DATATYPE,
                [](C& c) { c.inputs[0].dataType = ONNXIFI_DATATYPE_INT32; });
  for (const onnxEnum type : {32, 3}) {
    ExpectRefused("R_202 memory type", ONNXIFI_STATUS_INVALID_MEMORY_TYPE,
                  [&](C& c) { c.outputs[0].memoryType = type; });
  }
  for (const onnxEnum type : {1, 2, 4, 8}) {
    ExpectRefused("R_203 memory type", ONNXIFI_STATUS_UNSUPPORTED_MEMORY_TYPE,
                  [&](C& c) { c.outputs[0].memoryType = type; });
  }
  ExpectRefused("R_204 buffer 0", ONNXIFI_STATUS_INVALID_MEMORY_LOCATION,
                [](C& c) { c.inputs[1].buffer = 0; });
  ExpectRefused("R_205 tag", ONNXIFI_STATUS_UNSUPPORTED_TAG, [](C& c) {
    c.outputs[0].tag = 1;
    c.outputs[0].name = reinterpret_cast<const char*>(Garbage());
    c.outputs[0].shape = reinterpret_cast<const uint64_t*>(Garbage());
  });
  ExpectRefused("R_206 rank", ONNXIFI_STATUS_MISMATCHING_SHAPE,
                [](C& c) { c.inputs[0].dimensions = 1; });
  ExpectRefused("R_206 dimension", ONNXIFI_STATUS_MISMATCHING_SHAPE,
                [](C& c) { c.inputs[0].shape = kTurned; });
  ExpectRefused("R_206 output", ONNXIFI_STATUS_MISMATCHING_SHAPE,
                [](C& c) { c.outputs[0].shape = kTurned; });
  ExpectRefused("too large", ONNXIFI_STATUS_UNSUPPORTED_SHAPE,
                [](C& c) { c.inputs[0].shape = kHuge; });
  ExpectRefused("beyond int64", ONNXIFI_STATUS_UNSUPPORTED_SHAPE,
                [](C& c) { c.inputs[0].shape = kNegative; });
  ExpectRefused("rank beyond limit", ONNXIFI_STATUS_UNSUPPORTED_SHAPE,
                [](C& c) { c.inputs[0].dimensions = 65; });
}

TEST_F(IoTest, R_192_OneOfTwoOutputsMissing) {
  onnxGraph graph = NewGraph(models::Two());
  const float x[4] = {1.5, 2.5, -3.5, 4.5};
  float p[4] = {};
  int32_t q[4] = {};
  const std::vector<Tensor> in = {{"x", {4}, kFloat, x}};
  EXPECT_EQ(SetIO(graph, in, {{"p", {4}, kFloat, p}}),
            ONNXIFI_STATUS_UNIDENTIFIED_NAME);
  EXPECT_NE(LastError().find("'q'"), std::string::npos) << LastError();
  EXPECT_EQ(
      RunOnce(graph, in,
              {{"q", {4}, ONNXIFI_DATATYPE_INT32, q}, {"p", {4}, kFloat, p}}),
      ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(p[2], -3.5f);
  EXPECT_EQ(q[2], -3);
}

TEST_F(IoTest, R_196_StaticWeightsAreNotBound) {
  onnxGraph graph = NewGraph(models::WeightByInitializer());
  const std::vector<float> x(6, 1);
  std::vector<float> y(6, 0);
  const Tensor in = {"x", {2, 3}, kFloat, x.data()};
  const Tensor weight = {"w", {2, 3}, kFloat, x.data()};
  const Tensor out = {"y", {2, 3}, kFloat, y.data()};
  EXPECT_EQ(SetIO(graph, {in, weight}, {out}), ONNXIFI_STATUS_INVALID_NAME);
  EXPECT_EQ(SetIO(graph, {in}, {out}), ONNXIFI_STATUS_SUCCESS);
}

TEST_F(IoTest, R_199_Scalars) {
  onnxGraph graph = NewGraph(models::Scalar());
  const float x = 3;
  float y = 0;
  EXPECT_EQ(RunOnce(graph, {{"x", {}, kFloat, &x}}, {{"y", {}, kFloat, &y}}),
            ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(y, 3);
}

TEST_F(IoTest, R_207_R_208_SymbolicShapes) {
  onnxGraph graph = NewGraph(models::Symbolic());
  for (const uint64_t n : {1, 7, 1}) {
    const std::vector<float> a(n * 3, 2);
    std::vector<float> c(n * 3, 0);
    EXPECT_EQ(RunOnce(graph,
                      {{"a", {n, 3}, kFloat, a.data()},
                       {"b", {n, 3}, kFloat, a.data()}},
                      {{"c", {n, 3}, kFloat, c.data()}}),
              ONNXIFI_STATUS_SUCCESS);
    EXPECT_EQ(c.back(), 4);
  }
  EXPECT_EQ(Fake().specialized, 1 + 2);  // `add` and two shapes, found again
  const std::vector<float> data(30, 1);
  std::vector<float> c(30, 0);
  const auto bind = [&](uint64_t a, uint64_t b, uint64_t out) {
    return SetIO(graph,
                 {{"a", {a, 3}, kFloat, data.data()},
                  {"b", {b, 3}, kFloat, data.data()}},
                 {{"c", {out, 3}, kFloat, c.data()}});
  };
  EXPECT_EQ(bind(2, 3, 2), ONNXIFI_STATUS_MISMATCHING_SHAPE);
  EXPECT_EQ(bind(2, 2, 3), ONNXIFI_STATUS_MISMATCHING_SHAPE);
  EXPECT_EQ(bind(2, 2, 2), ONNXIFI_STATUS_SUCCESS);
}

// The backend alone would take these shapes.
TEST_F(IoTest, R_208_OneSymbolOneValue) {
  onnxGraph graph = NewGraph(wire::ModelBuilder()
                                 .Input("a", wire::kFloat, {"N"})
                                 .Input("b", wire::kFloat, {"N"})
                                 .Output("c", wire::kFloat, {""})
                                 .Output("d", wire::kFloat, {""})
                                 .Node("Identity", {"a"}, {"c"})
                                 .Node("Identity", {"b"}, {"d"})
                                 .Build());
  const std::vector<float> data(8, 1);
  std::vector<float> out(8, 0);
  const auto bind = [&](uint64_t a, uint64_t b, uint64_t c) {
    return SetIO(
        graph,
        {{"a", {a}, kFloat, data.data()}, {"b", {b}, kFloat, data.data()}},
        {{"c", {c}, kFloat, out.data()}, {"d", {b}, kFloat, out.data() + 4}});
  };
  EXPECT_EQ(bind(2, 2, 2), ONNXIFI_STATUS_SUCCESS) << LastError();
  EXPECT_EQ(bind(2, 3, 2), ONNXIFI_STATUS_MISMATCHING_SHAPE);
  EXPECT_NE(LastError().find("symbol"), std::string::npos) << LastError();
}

// The model does not say how large the output is; the plan does.
TEST_F(IoTest, R_206_OutputShapeMustBeTheComputedOne) {
  onnxGraph graph = NewGraph(wire::ModelBuilder()
                                 .Input("x", wire::kFloat, {"N"})
                                 .Output("y", wire::kFloat, {"M"})
                                 .Node("Identity", {"x"}, {"y"})
                                 .Build());
  const std::vector<float> x(4, 1);
  std::vector<float> y(4, 0);
  const auto bind = [&](uint64_t out) {
    return SetIO(graph, {{"x", {3}, kFloat, x.data()}},
                 {{"y", {out}, kFloat, y.data()}});
  };
  EXPECT_EQ(bind(3), ONNXIFI_STATUS_SUCCESS) << LastError();
  for (const uint64_t wrong : {2, 4}) {
    EXPECT_EQ(bind(wrong), ONNXIFI_STATUS_MISMATCHING_SHAPE);
    EXPECT_NE(LastError().find("'y'"), std::string::npos) << LastError();
  }
}

TEST_F(IoTest, ManyShapesAreForgottenAndPlannedAgain) {
  onnxGraph graph = NewGraph(models::Symbolic());
  const std::vector<float> data(3 * 50, 1);
  std::vector<float> c(3 * 50, 0);
  for (int round = 0; round < 2; ++round) {
    for (uint64_t n = 1; n <= 50; ++n) {
      ASSERT_EQ(SetIO(graph,
                      {{"a", {n, 3}, kFloat, data.data()},
                       {"b", {n, 3}, kFloat, data.data()}},
                      {{"c", {n, 3}, kFloat, c.data()}}),
                ONNXIFI_STATUS_SUCCESS);
    }
  }
  EXPECT_EQ(Fake().specialized, 1 + 100);
}

TEST_F(IoTest, R_210_FailureThenSuccess) {
  EXPECT_EQ(SetIO(graph_, {}, Outputs()), ONNXIFI_STATUS_UNIDENTIFIED_NAME);
  EXPECT_EQ(SetIO(graph_, Inputs(), Outputs()), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(RunBound(), ONNXIFI_STATUS_SUCCESS);
  ExpectSum();
}

TEST_F(IoTest, R_211_DescriptorsAreNotKept) {
  Call call = GoodCall();
  EXPECT_EQ(Bind(graph_, call), ONNXIFI_STATUS_SUCCESS);
  in_.clear();
  out_.clear();
  std::memset(call.inputs.data(), 0xff, 2 * sizeof(Descriptor));
  std::memset(call.outputs.data(), 0xff, sizeof(Descriptor));
  EXPECT_EQ(RunBound(), ONNXIFI_STATUS_SUCCESS);
  ExpectSum();
}

TEST_F(IoTest, R_212_R_213_R_214_AcceptedRunsKeepTheirBinding) {
  std::vector<float> other(6, kUntouched);
  for (const bool fail : {false, true}) {
    ASSERT_EQ(SetIO(graph_, Inputs(), Outputs()), ONNXIFI_STATUS_SUCCESS);
    onnxEvent input = NewEvent();
    onnxEvent output = Run(graph_, input);
    EXPECT_EQ(SetIO(graph_, fail ? std::vector<Tensor>() : Inputs(),
                    {{"c", {2, 3}, kFloat, other.data()}}),
              fail ? ONNXIFI_STATUS_UNIDENTIFIED_NAME : ONNXIFI_STATUS_SUCCESS);
    EXPECT_EQ(onnxSignalEvent(input), ONNXIFI_STATUS_SUCCESS);
    EXPECT_EQ(onnxWaitEvent(output), ONNXIFI_STATUS_SUCCESS);
    ExpectSum();
    EXPECT_EQ(other[0], kUntouched);
    c_.assign(6, kUntouched);
  }
}

TEST_F(IoTest, R_215_Bool) {
  onnxGraph graph = NewGraph(models::Bool());
  const char x[5] = {0, 1, 0, 1, 1};
  char y[5] = {};
  EXPECT_EQ(
      RunOnce(graph, {{"x", {5}, kBoolType, x}}, {{"y", {5}, kBoolType, y}}),
      ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(y[0], 1);
  EXPECT_EQ(y[1], 0);
}

TEST_F(IoTest, R_216_R_217_OddAddressesAndNothingAround) {
  constexpr size_t kBytes = 6 * sizeof(float);
  std::vector<char> in(2 * kBytes + 1, 'x');
  std::vector<char> out(kBytes + 2, 'y');
  std::memcpy(in.data() + 1, a_.data(), kBytes);
  std::memcpy(in.data() + 1 + kBytes, b_.data(), kBytes);
  const std::vector<char> in_before = in;
  EXPECT_EQ(RunOnce(graph_,
                    {{"a", {2, 3}, kFloat, in.data() + 1},
                     {"b", {2, 3}, kFloat, in.data() + 1 + kBytes}},
                    {{"c", {2, 3}, kFloat, out.data() + 1}}),
            ONNXIFI_STATUS_SUCCESS);
  std::memcpy(c_.data(), out.data() + 1, kBytes);
  ExpectSum();
  EXPECT_EQ(out.front(), 'y');
  EXPECT_EQ(out.back(), 'y');
  EXPECT_EQ(in, in_before);
}

TEST_F(IoTest, R_218_PositionalBindingInTolerantModeOnly) {
  onnxGraph tolerant = NewGraph(models::Add(), NewBackend(id_, true));
  std::vector<Tensor> in = Inputs();
  std::vector<Tensor> out = Outputs();
  for (const char* name : {"", "same"}) {
    in[0].name = in[1].name = out[0].name = name;
    EXPECT_EQ(SetIO(graph_, in, out), ONNXIFI_STATUS_INVALID_NAME);
    EXPECT_EQ(RunOnce(tolerant, in, out), ONNXIFI_STATUS_SUCCESS);
    ExpectSum();
    c_.assign(6, kUntouched);
  }
  auto null_names = Descriptors(in);
  null_names[0].name = null_names[1].name = nullptr;
  const std::vector<Tensor> named = Outputs();
  const auto outputs = Descriptors(named);
  EXPECT_EQ(onnxSetGraphIO(tolerant, 2, null_names.data(), 1, outputs.data()),
            ONNXIFI_STATUS_SUCCESS);
  in[0].shape = {3, 2};  // does not fit by position: the strict answer
  EXPECT_EQ(SetIO(tolerant, in, Outputs()), ONNXIFI_STATUS_INVALID_NAME);
}

TEST_F(IoTest, R_219_ZeroDimensionsInTolerantModeOnly) {
  onnxGraph strict = NewGraph(models::Symbolic());
  onnxGraph tolerant = NewGraph(models::Symbolic(), NewBackend(id_, true));
  const std::vector<Tensor> in = {{"a", {0, 3}, kFloat, nullptr},
                                  {"b", {0, 3}, kFloat, nullptr}};
  const std::vector<Tensor> out = {{"c", {0, 3}, kFloat, nullptr}};
  EXPECT_EQ(SetIO(strict, in, out), ONNXIFI_STATUS_INVALID_SHAPE);
  EXPECT_EQ(RunOnce(tolerant, in, out), ONNXIFI_STATUS_SUCCESS);
}

}  // namespace
}  // namespace onnxifi::testing
