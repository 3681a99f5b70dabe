// initGraph of interface 1.1: options, external weights, weights that stay,
// shape profiles.
#include <string>
#include <vector>

#include "backends/common/testing/values_fixture.h"

namespace onnxifi::testing {
namespace {

using wire::Dims;
using wire::ExternalTensor;
using wire::kFloat;
using wire::ModelBuilder;
using wire::TensorOf;

// y = x + w, where w is in a file.
std::string ExternalWeight() {
  return ModelBuilder()
      .Input("x", kFloat, {2, 3})
      .Output("y", kFloat, {2, 3})
      .Node("Add", {"x", "w"}, {"y"})
      .Initializer(ExternalTensor("w", kFloat, {2, 3}, "weights.bin"))
      .Build();
}

class GraphOptionsTest : public ValuesTest {
 protected:
  onnxInitGraphArguments ArgumentsOf(const std::string& model) {
    onnxInitGraphArguments arguments = {};
    arguments.structSize = sizeof(arguments);
    arguments.backend = backend_;
    arguments.onnxModel = model.data();
    arguments.onnxModelSize = model.size();
    arguments.graph = &graph_;
    return arguments;
  }
  onnxStatus InitWith(const std::vector<onnxOption>& options) {
    onnxInitGraphArguments arguments = ArgumentsOf(model_);
    arguments.options = options.data();
    arguments.optionsCount = static_cast<uint32_t>(options.size());
    const onnxStatus status = table_->initGraph(&arguments);
    if (status == ONNXIFI_STATUS_SUCCESS) Release();
    return status;
  }
  onnxStatus InitWith(const std::vector<onnxInputProfile>& inputs) {
    const onnxShapeProfile profile = {inputs.data(),
                                      static_cast<uint32_t>(inputs.size()), 0};
    onnxInitGraphArguments arguments = ArgumentsOf(symbolic_);
    arguments.profiles = &profile;
    arguments.profilesCount = 1;
    return table_->initGraph(&arguments);
  }
  onnxStatus InitWithWeight(const Tensor& weight, uint64_t flags = 0) {
    const onnxTensorDescriptorV1 descriptor = weight.Descriptor();
    onnxInitGraphArguments arguments = ArgumentsOf(external_);
    arguments.weightsCount = 1;
    arguments.weightDescriptors = &descriptor;
    arguments.flags = flags;
    return table_->initGraph(&arguments);
  }
  void Release() {
    EXPECT_EQ(onnxReleaseGraph(graph_), ONNXIFI_STATUS_SUCCESS);
    graph_ = nullptr;
  }

  const std::string model_ = models::Add();
  const std::string symbolic_ = models::Symbolic();
  const std::string external_ = ExternalWeight();
  const std::vector<float> w_ = {1, 2, 3, 4, 5, 6};
  onnxGraph graph_ = nullptr;
};

TEST_F(GraphOptionsTest, R_ext_33_Options) {
  const struct {
    std::vector<onnxOption> options;
    onnxStatus status;
  } kRows[] = {
      {{}, ONNXIFI_STATUS_SUCCESS},
      {{{"speed", "fast"}}, ONNXIFI_STATUS_SUCCESS},
      {{{"speed", "slow"}, {"exportable", "1"}}, ONNXIFI_STATUS_SUCCESS},
      {{{"speed", "sideways"}}, ONNXIFI_STATUS_INVALID_PROPERTY},
      {{{"exportable", "maybe"}}, ONNXIFI_STATUS_INVALID_PROPERTY},
      {{{"Speed", "fast"}}, ONNXIFI_STATUS_UNSUPPORTED_PROPERTY},
      {{{"", ""}}, ONNXIFI_STATUS_UNSUPPORTED_PROPERTY},
      {{{nullptr, "fast"}}, ONNXIFI_STATUS_INVALID_POINTER},
      {{{"speed", nullptr}}, ONNXIFI_STATUS_INVALID_POINTER},
      {std::vector<onnxOption>(5000, {"speed", "fast"}),
       ONNXIFI_STATUS_INVALID_SIZE},
  };
  for (const auto& row : kRows) {
    EXPECT_EQ(InitWith(row.options), row.status) << LastError();
  }
  // The later of two counts.
  EXPECT_EQ(InitWith({{"speed", "fast"}, {"speed", "slow"}}),
            ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(FakeOption(), "slow");
  EXPECT_EQ(InitWith({{"steed", "fast"}}), ONNXIFI_STATUS_UNSUPPORTED_PROPERTY);
  EXPECT_NE(LastError().find("speed, exportable"), std::string::npos)
      << LastError();
  const std::string endless(size_t{2} << 20, 'x');
  EXPECT_EQ(InitWith({{"speed", endless.c_str()}}),
            ONNXIFI_STATUS_INVALID_PROPERTY);
}

TEST_F(GraphOptionsTest, ArraysThatAreNull) {
  onnxInitGraphArguments arguments = ArgumentsOf(model_);
  arguments.optionsCount = 1;
  EXPECT_EQ(table_->initGraph(&arguments), ONNXIFI_STATUS_INVALID_POINTER);
  arguments = ArgumentsOf(model_);
  arguments.profilesCount = 1;
  EXPECT_EQ(table_->initGraph(&arguments), ONNXIFI_STATUS_INVALID_POINTER);
  arguments = ArgumentsOf(model_);
  arguments.flags = 2;
  EXPECT_EQ(table_->initGraph(&arguments), ONNXIFI_STATUS_INVALID_PROPERTY);
  EXPECT_EQ(graph_, nullptr);
}

TEST_F(GraphOptionsTest, R_ext_38_OptionsAreDescribed) {
  struct Seen {
    int calls = 0;
    std::vector<std::string> keys;
    onnxStatus answer = ONNXIFI_STATUS_SUCCESS;
  } seen;
  onnxDescribeOptionsArguments arguments = {};
  arguments.structSize = sizeof(arguments);
  arguments.backendID = id_;
  arguments.receive = [](void* context, uint32_t count,
                         const onnxOptionInfo* options) {
    auto* to = static_cast<Seen*>(context);
    ++to->calls;
    for (uint32_t i = 0; i < count; ++i) {
      EXPECT_EQ(options[i].structSize, sizeof(onnxOptionInfo));
      EXPECT_NE(options[i].defaultValue, nullptr);
      EXPECT_GT(std::string(options[i].description).size(), 5u);
      to->keys.emplace_back(options[i].key);
    }
    return to->answer;
  };
  arguments.receiveContext = &seen;
  EXPECT_EQ(table_->describeOptions(&arguments), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(seen.calls, 1);
  EXPECT_EQ(seen.keys, (std::vector<std::string>{"speed", "exportable"}));
  seen.answer = ONNXIFI_STATUS_NO_SYSTEM_MEMORY;
  EXPECT_EQ(table_->describeOptions(&arguments),
            ONNXIFI_STATUS_NO_SYSTEM_MEMORY);
  arguments.receive = nullptr;
  EXPECT_EQ(table_->describeOptions(&arguments),
            ONNXIFI_STATUS_INVALID_POINTER);
  arguments.backendID = Garbage();
  EXPECT_EQ(table_->describeOptions(&arguments), ONNXIFI_STATUS_INVALID_ID);
  arguments.structSize -= 1;
  EXPECT_EQ(table_->describeOptions(&arguments), ONNXIFI_STATUS_INVALID_SIZE);
  EXPECT_EQ(table_->describeOptions(nullptr), ONNXIFI_STATUS_INVALID_POINTER);
}

TEST_F(GraphOptionsTest, R_ext_32_ExternalDataByDescriptors) {
  ASSERT_EQ(InitWithWeight({"w", {2, 3}, ONNXIFI_DATATYPE_FLOAT32, w_.data()}),
            ONNXIFI_STATUS_SUCCESS)
      << LastError();
  std::vector<Received> out;
  EXPECT_EQ(
      ValuesTest::Run(
          graph_, {TestValue::Floats("x", {2, 3}, {1, 1, 1, 1, 1, 1})}, &out),
      ONNXIFI_STATUS_SUCCESS)
      << LastError();
  ASSERT_EQ(out.size(), 1u);
  EXPECT_EQ(out[0].floats(), (std::vector<float>{2, 3, 4, 5, 6, 7}));
  Release();
  // Without data there is none, in whatever way.
  EXPECT_EQ(Init(external_, &graph_), ONNXIFI_STATUS_INVALID_MODEL);
  const struct {
    Tensor weight;
    onnxStatus status;
  } kRows[] = {
      {{"w", {3, 2}, ONNXIFI_DATATYPE_FLOAT32, w_.data()},
       ONNXIFI_STATUS_MISMATCHING_SHAPE},
      {{"w", {2, 3}, ONNXIFI_DATATYPE_INT32, w_.data()},
       ONNXIFI_STATUS_MISMATCHING_DATATYPE},
      {{"v", {2, 3}, ONNXIFI_DATATYPE_FLOAT32, w_.data()},
       ONNXIFI_STATUS_INVALID_MODEL},
      {{"w", {2, 3}, ONNXIFI_DATATYPE_FLOAT32, nullptr},
       ONNXIFI_STATUS_INVALID_MEMORY_LOCATION},
  };
  for (const auto& row : kRows) {
    EXPECT_EQ(InitWithWeight(row.weight), row.status) << LastError();
  }
  // 1.0 knows nothing of it.
  EXPECT_EQ(
      InitGraph(
          external_, &graph_,
          Descriptors({{"w", {2, 3}, ONNXIFI_DATATYPE_FLOAT32, w_.data()}})),
      ONNXIFI_STATUS_INVALID_MODEL);
}

TEST_F(GraphOptionsTest, WeightsThatStayAreNotCopied) {
  const Tensor weight = {"w", {2, 3}, ONNXIFI_DATATYPE_FLOAT32, w_.data()};
  ASSERT_EQ(InitWithWeight(weight), ONNXIFI_STATUS_SUCCESS) << LastError();
  EXPECT_NE(Fake().compiled_constant, w_.data());
  Release();
  ASSERT_EQ(InitWithWeight(weight, ONNXIFI_INIT_KEEPS_WEIGHTS),
            ONNXIFI_STATUS_SUCCESS)
      << LastError();
  EXPECT_EQ(Fake().compiled_constant, w_.data());
  Release();
}

// models::Symbolic(): inputs a and b, [N, 3].
TEST_F(GraphOptionsTest, R_ext_34_ShapeProfiles) {
  const uint64_t low[] = {2, 3};
  const uint64_t mid[] = {4, 3};
  const uint64_t high[] = {6, 3};
  Fake().specialized = 0;
  ASSERT_EQ(
      InitWith({{"a", 2, 0, low, mid, high}, {"b", 2, 0, low, mid, high}}),
      ONNXIFI_STATUS_SUCCESS)
      << LastError();
  EXPECT_EQ(Fake().specialized, 1);
  const auto run = [&](uint64_t n) {
    const std::vector<float> x(n * 3, 1);
    std::vector<float> y(n * 3, 0);
    const onnxStatus by_descriptors =
        RunOnce(graph_,
                {{"a", {n, 3}, ONNXIFI_DATATYPE_FLOAT32, x.data()},
                 {"b", {n, 3}, ONNXIFI_DATATYPE_FLOAT32, x.data()}},
                {{"c", {n, 3}, ONNXIFI_DATATYPE_FLOAT32, y.data()}});
    std::vector<Received> out;
    const std::vector<int64_t> shape = {static_cast<int64_t>(n), 3};
    const onnxStatus by_values = ValuesTest::Run(
        graph_,
        {TestValue::Floats("a", {n, 3}, x), TestValue::Floats("b", {n, 3}, x)},
        &out);
    EXPECT_EQ(by_descriptors, by_values) << LastError();
    return by_values;
  };
  EXPECT_EQ(run(4), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(Fake().specialized, 1);
  EXPECT_EQ(run(2), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(run(6), ONNXIFI_STATUS_SUCCESS);
  EXPECT_EQ(run(1), ONNXIFI_STATUS_MISMATCHING_SHAPE);
  EXPECT_EQ(run(7), ONNXIFI_STATUS_MISMATCHING_SHAPE);
  Release();
}

TEST_F(GraphOptionsTest, ProfilesThatAreNone) {
  const uint64_t shape[] = {4, 3};
  const uint64_t other[] = {5, 3};
  const uint64_t zero[] = {0, 3};
  const uint64_t huge[] = {uint64_t{1} << 60, 3};
  const onnxInputProfile b = {"b", 2, 0, nullptr, shape, nullptr};
  const struct {
    std::vector<onnxInputProfile> inputs;
    onnxStatus status;
  } kRows[] = {
      {{{"a", 2, 0, nullptr, shape, nullptr}, b}, ONNXIFI_STATUS_SUCCESS},
      {{b}, ONNXIFI_STATUS_MISMATCHING_SHAPE},
      {{{"x", 2, 0, nullptr, shape, nullptr}, b}, ONNXIFI_STATUS_INVALID_NAME},
      {{{nullptr, 2, 0, nullptr, shape, nullptr}, b},
       ONNXIFI_STATUS_INVALID_NAME},
      {{b, b}, ONNXIFI_STATUS_INVALID_NAME},
      {{{"a", 2, 0, nullptr, nullptr, nullptr}, b},
       ONNXIFI_STATUS_INVALID_POINTER},
      {{{"a", 2, 0, nullptr, zero, nullptr}, b}, ONNXIFI_STATUS_INVALID_SHAPE},
      {{{"a", 2, 0, other, shape, nullptr}, b}, ONNXIFI_STATUS_INVALID_SHAPE},
      {{{"a", 2, 0, nullptr, other, shape}, b}, ONNXIFI_STATUS_INVALID_SHAPE},
      {{{"a", 2, 0, nullptr, shape, huge}, b}, ONNXIFI_STATUS_INVALID_SHAPE},
      {{{"a", 1, 0, nullptr, shape, nullptr}, b},
       ONNXIFI_STATUS_MISMATCHING_SHAPE},
      {{{"a", 65, 0, nullptr, shape, nullptr}, b},
       ONNXIFI_STATUS_INVALID_SHAPE},
      // One symbol, two values.
      {{{"a", 2, 0, nullptr, other, nullptr}, b},
       ONNXIFI_STATUS_MISMATCHING_SHAPE},
  };
  for (const auto& row : kRows) {
    EXPECT_EQ(InitWith(row.inputs), row.status) << LastError();
    if (row.status == ONNXIFI_STATUS_SUCCESS) Release();
    EXPECT_EQ(graph_, nullptr);
  }
}

}  // namespace
}  // namespace onnxifi::testing
