// Every call of OpenCL fails once: the outcome is a status with a reason, nothing
// is lost, and the next try works.
#include <dlfcn.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <set>
#include <string>
#include <vector>

#include "backends/opencl/cl_library.h"
#include "backends/opencl/opencl_backend.h"
#include "base/model_builder.h"
#include "base/str_cat.h"
#include "graph/onnx_reader.h"

namespace onnxifi::opencl {
namespace {

// The library of tests/opencl/failing_cl.cc.
struct FailingCl {
  void (*set)(long, int) = nullptr;
  void (*long_log)(int) = nullptr;
  long (*live)() = nullptr;
  const char* (*failed)() = nullptr;
};

FailingCl Load() {
  // Before ClLibrary::Get, which looks once.
  ::setenv("ONNXIFI_OPENCL_LIBRARY", ONNXIFI_FAILING_CL, 1);
  ::setenv("ONNXIFI_OPENCL_CACHE", "", 1);
  void* const library =
      dlopen(ONNXIFI_FAILING_CL, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  FailingCl cl;
  if (library == nullptr) return cl;
  const auto find = [&](const char* name, auto* to) {
    *to = reinterpret_cast<std::remove_reference_t<decltype(*to)>>(
        dlsym(library, name));
  };
  find("failing_cl_set", &cl.set);
  find("failing_cl_long_log", &cl.long_log);
  find("failing_cl_live", &cl.live);
  find("failing_cl_failed", &cl.failed);
  return cl;
}

const FailingCl& Cl() {
  static const FailingCl cl = Load();
  return cl;
}

// A kernel, a constant, an index that is checked, and an output that is copied.
std::string Model() {
  using wire::ModelBuilder;
  return ModelBuilder()
      .Input("x", wire::kFloat, {2, 3})
      .Output("y", wire::kFloat, {2, 3})
      .Output("z", wire::kFloat, {2, 3})
      .Initializer(
          wire::TensorOf<float>("c", wire::kFloat, {3}, {1.0f, 2.0f, 3.0f}))
      .Node("Add", {"x", "c"}, {"s"})
      .Node("Softsign", {"s"}, {"y"})
      .Node("Identity", {"y"}, {"z"})
      .Build();
}

// All that a client does, as far as it comes. `y` is what it has got.
Status Session(std::vector<float>* y) {
  std::string why_none;
  ONNXIFI_ASSIGN_OR_RETURN(std::vector<std::unique_ptr<Backend>> backends,
                           CreateOpenClBackends(&why_none));
  if (backends.empty()) {
    return Status(ONNXIFI_STATUS_BACKEND_UNAVAILABLE, "no device");
  }
  const std::string model = Model();
  ONNXIFI_ASSIGN_OR_RETURN(
      graph::Graph graph,
      graph::ReadModel(std::as_bytes(std::span(model)), {}));
  ONNXIFI_ASSIGN_OR_RETURN(const std::unique_ptr<CompiledGraph> compiled,
                           backends[0]->Compile(std::move(graph), {}));
  ONNXIFI_ASSIGN_OR_RETURN(const std::unique_ptr<Executable> program,
                           compiled->Specialize({{2, 3}}));
  const std::vector<float> x = {0, 1, -2, 3, 4, -5};
  std::vector<float> z(x.size());
  y->assign(x.size(), 0.0f);
  const void* const in[] = {x.data()};
  void* const out[] = {y->data(), z.data()};
  const onnxStatus status = program->Run(in, out);
  return status == ONNXIFI_STATUS_SUCCESS ? Status::Ok()
                                          : Status(status, "the run failed");
}

std::vector<float> Expected() {
  std::vector<float> y;
  const float x[] = {0, 1, -2, 3, 4, -5};
  for (int i = 0; i < 6; ++i) {
    const float s = x[i] + static_cast<float>(i % 3 + 1);
    y.push_back(s / (1.0f + std::abs(s)));
  }
  return y;
}

class OpenClFaultTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_NE(Cl().set, nullptr) << dlerror();
    Cl().set(0, 0);
    std::vector<float> y;
    const Status status = Session(&y);
    ASSERT_TRUE(status.ok())
        << status.message() << ": these tests need a device, e.g. PoCL";
  }
  void TearDown() override {
    Cl().set(0, 0);
    Cl().long_log(0);
  }
};

TEST_F(OpenClFaultTest, EveryCallFailsOnce) {
  std::set<std::string> failed;
  for (long at = 1;; ++at) {
    ASSERT_LT(at, 1000);
    Cl().set(at, 0);
    std::vector<float> y;
    const Status status = Session(&y);
    const std::string name = Cl().failed();
    EXPECT_EQ(Cl().live(), 0) << name << ", call " << at;
    if (name.empty()) {
      EXPECT_TRUE(status.ok()) << status.message();
      break;
    }
    failed.insert(name);
    // Some are asked for what one can do without.
    if (status.ok()) {
      EXPECT_EQ(y, Expected()) << name;
    } else {
      EXPECT_FALSE(status.message().empty()) << name;
    }
  }
  // All that a session calls.
  for (const char* name :
       {"clGetPlatformIDs", "clGetDeviceIDs", "clGetDeviceInfo",
        "clCreateContext", "clCreateCommandQueue", "clCreateBuffer",
        "clCreateProgramWithSource", "clBuildProgram", "clCreateKernel",
        "clSetKernelArg", "clEnqueueNDRangeKernel", "clFinish"}) {
    EXPECT_EQ(failed.count(name), 1u) << name;
  }
  std::printf("opencl faults: %zu functions failed, 0 lost\n", failed.size());
  std::vector<float> y;
  Cl().set(0, 0);
  EXPECT_TRUE(Session(&y).ok());
  EXPECT_EQ(y, Expected());
}

TEST_F(OpenClFaultTest, ADeviceThatIsLostStaysLost) {
  for (long at = 1;; ++at) {
    ASSERT_LT(at, 1000);
    Cl().set(at, 1);
    std::vector<float> y;
    const Status status = Session(&y);
    EXPECT_EQ(Cl().live(), 0) << Cl().failed();
    if (std::string(Cl().failed()).empty()) break;
    if (status.ok()) {
      EXPECT_EQ(y, Expected());
    }
  }
}

TEST_F(OpenClFaultTest, ALongLogOfTheCompilerIsCut) {
  // The first call of clBuildProgram.
  for (long at = 1;; ++at) {
    ASSERT_LT(at, 1000);
    Cl().set(at, 0);
    Cl().long_log(1);
    std::vector<float> y;
    const Status status = Session(&y);
    if (std::string(Cl().failed()) != "clBuildProgram") continue;
    EXPECT_EQ(status.code(), ONNXIFI_STATUS_UNSUPPORTED_OPERATOR);
    EXPECT_NE(status.message().find("eeee"), std::string::npos);
    EXPECT_LT(status.message().size(), 4000u);
    break;
  }
}

}  // namespace
}  // namespace onnxifi::opencl
