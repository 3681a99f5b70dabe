#ifndef ONNXIFI_BACKENDS_OPENCL_TESTING_MODEL_FIXTURE_H_
#define ONNXIFI_BACKENDS_OPENCL_TESTING_MODEL_FIXTURE_H_

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "backends/opencl/opencl_backend.h"
#include "base/model_builder.h"
#include "graph/onnx_reader.h"

namespace onnxifi::opencl {

using Floats = std::vector<float>;
using graph::Shape;

inline size_t Count(const Shape& shape) {
  size_t count = 1;
  for (const int64_t dim : shape) count *= static_cast<size_t>(dim);
  return count;
}

inline Floats Random(size_t count, unsigned seed) {
  std::mt19937 engine(seed);
  std::uniform_real_distribution<float> range(-1, 1);
  Floats values(count);
  for (float& value : values) value = range(engine);
  return values;
}

// Runs models on the first device.
class ModelTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string why_none;
    auto backends = CreateOpenClBackends(&why_none);
    ASSERT_TRUE(backends.ok()) << backends.status().message();
    ASSERT_FALSE(backends.value().empty())
        << "no device of OpenCL: scripts/setup.sh --for-tests";
    backend_ = std::move(backends.value()[0]);
  }

  // NULL, and the test has failed.
  std::unique_ptr<Executable> Make(const std::string& model,
                                   const std::vector<Shape>& shapes) {
    std::unique_ptr<Executable> made;
    const Status status = [&]() -> Status {
      ONNXIFI_ASSIGN_OR_RETURN(
          graph::Graph graph,
          graph::ReadModel(std::as_bytes(std::span(model)), {}));
      ONNXIFI_ASSIGN_OR_RETURN(const std::unique_ptr<CompiledGraph> compiled,
                               backend_->Compile(std::move(graph), {}));
      ONNXIFI_ASSIGN_OR_RETURN(made, compiled->Specialize(shapes));
      return Status::Ok();
    }();
    EXPECT_TRUE(status.ok()) << status.message();
    return made;
  }

  // The model's only output of `count` elements.
  template <typename T>
  std::vector<T> Run(const std::string& model, const std::vector<Shape>& shapes,
                     const std::vector<const void*>& inputs, size_t count) {
    std::vector<T> y(count);
    void* const out[] = {y.data()};
    const std::unique_ptr<Executable> program = Make(model, shapes);
    if (program != nullptr) {
      EXPECT_EQ(program->Run(inputs, out), ONNXIFI_STATUS_SUCCESS);
    }
    return y;
  }

  static wire::Dims DimsOf(const Shape& shape) {
    wire::Dims dims;
    for (const int64_t dim : shape) dims.emplace_back(dim);
    return dims;
  }

  static void ExpectNear(const Floats& y, const std::vector<double>& wanted,
                         double bound) {
    ASSERT_EQ(y.size(), wanted.size());
    for (size_t i = 0; i < y.size(); ++i) {
      ASSERT_NEAR(y[i], wanted[i], bound) << "element " << i;
    }
  }

  std::unique_ptr<Backend> backend_;
};

}  // namespace onnxifi::opencl

#endif  // ONNXIFI_BACKENDS_OPENCL_TESTING_MODEL_FIXTURE_H_
