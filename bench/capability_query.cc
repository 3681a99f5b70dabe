// How long the question takes which nodes of a large model the cpu backend
// runs: queryGraph, through libonnxifi.so.1, of a seeded model of 10000 nodes.
// Prints `query of N nodes: MS ms, S supported, ...`: the median of nine calls
// after a first one.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <random>
#include <string>
#include <vector>

#include "base/model_builder.h"
#include "base/str_cat.h"
#include "client/client.h"

namespace onnxifi::client {
namespace {

using wire::ModelBuilder;

constexpr size_t kNodes = 10'000;
constexpr int kCalls = 9;

// Blocks of a network on one image of 8 channels, 8x8, with the long names
// that exporters give.
class Network {
 public:
  std::string Build() {
    builder_.Input("image", wire::kFloat, {1, 8, 8, 8});
    AddInts("to_rows", {8, 64});
    AddInts("to_image", {1, 8, 8, 8});
    while (nodes_ < kNodes) {
      // The longest block has three nodes.
      const bool last = kNodes - nodes_ < 3;
      AddBlock(last ? 0 : random_() % 7);
    }
    return builder_.Output(images_.back(), wire::kFloat, {1, 8, 8, 8}).Build();
  }

 private:
  void AddBlock(uint64_t kind) {
    block_ = StrCat("/stage/block.", nodes_);
    const std::string x = images_.back();
    switch (kind) {
      case 0:
        return Keep(Node("Relu", {x}));
      case 1:
        return Keep(Node("Add", {x, Earlier()}));
      case 2:
      case 3:
        return Keep(AddConv(x, 8));
      case 4: {
        const std::string both =
            Node("Concat", {x, Earlier()}, {wire::AttrInt("axis", 1)});
        return Keep(AddConv(both, 16));
      }
      case 5: {
        const std::string half =
            Node("Cast", {x}, {wire::AttrInt("to", wire::kFloat16)});
        return Keep(Node("Cast", {half}, {wire::AttrInt("to", wire::kFloat)}));
      }
      default: {
        const std::string rows = Node("Reshape", {x, "to_rows"});
        const std::string product = Node("MatMul", {rows, Weight({64, 64})});
        return Keep(Node("Reshape", {product, "to_image"}));
      }
    }
  }

  std::string AddConv(const std::string& x, int64_t channels) {
    return Node("Conv", {x, Weight({8, channels, 3, 3})},
                {wire::AttrInts("kernel_shape", {3, 3}),
                 wire::AttrInts("pads", {1, 1, 1, 1})});
  }

  std::string Node(const std::string& op, const wire::Names& inputs,
                   const wire::Names& attributes = {}) {
    const std::string name = StrCat(block_, "/", op);
    std::string output = StrCat(name, "_output_", nodes_++);
    builder_.Node(op, inputs, {output}, attributes, "", name);
    return output;
  }

  std::string Weight(const std::vector<int64_t>& dims) {
    size_t count = 1;
    for (const int64_t dim : dims) count *= static_cast<size_t>(dim);
    std::string name = StrCat(block_, ".weight");
    builder_.Initializer(wire::TensorOf<float>(
        name, wire::kFloat, dims, std::vector<float>(count, 0.01f)));
    return name;
  }

  void AddInts(const char* name, const std::vector<int64_t>& values) {
    builder_.Initializer(wire::TensorOf<int64_t>(
        name, wire::kInt64, {static_cast<int64_t>(values.size())}, values));
  }

  void Keep(std::string image) { images_.push_back(std::move(image)); }

  // One of the last images, as in a network with shortcuts.
  std::string Earlier() {
    const size_t back = std::min<size_t>(images_.size(), 1 + random_() % 20);
    return images_[images_.size() - back];
  }

  ModelBuilder builder_;
  std::vector<std::string> images_ = {"image"};
  std::mt19937_64 random_{1};
  std::string block_;
  size_t nodes_ = 0;
};

struct Counted {
  size_t nodes = 0;
  size_t supported = 0;
};

onnxStatus Count(void* context, uint32_t count, const onnxNodeSupport* nodes) {
  auto* counted = static_cast<Counted*>(context);
  *counted = {count, 0};
  for (uint32_t i = 0; i < count; ++i) {
    if (nodes[i].support != ONNXIFI_SUPPORT_NONE) {
      ++counted->supported;
    } else if (nodes[i].reason != nullptr) {
      std::fprintf(stderr, "%s\n", nodes[i].reason);
    }
  }
  return ONNXIFI_STATUS_SUCCESS;
}

Status Measure() {
  const std::string model = Network().Build();
  ONNXIFI_ASSIGN_OR_RETURN(const BackendList list, BackendList::Open());
  ONNXIFI_ASSIGN_OR_RETURN(const onnxBackendID id,
                           ChooseBackend(list, {"cpu", ""}));
  const std::optional<Interface> interface = Interface::Find(id);
  if (!interface.has_value() || interface->table().queryGraph == nullptr) {
    return Status(ONNXIFI_STATUS_UNSUPPORTED_VERSION,
                  "the cpu backend has no queryGraph");
  }
  Counted counted;
  onnxQueryGraphArguments arguments = {};
  arguments.structSize = sizeof(arguments);
  arguments.backendID = id;
  arguments.onnxModel = model.data();
  arguments.onnxModelSize = model.size();
  arguments.receive = &Count;
  arguments.receiveContext = &counted;
  double first = 0;
  std::vector<double> times;
  for (int i = 0; i <= kCalls; ++i) {
    const auto start = std::chrono::steady_clock::now();
    ONNXIFI_RETURN_IF_ERROR(
        CallStatus(interface->table().queryGraph(&arguments)));
    const std::chrono::duration<double, std::milli> took =
        std::chrono::steady_clock::now() - start;
    if (i == 0) {
      first = took.count();
    } else {
      times.push_back(took.count());
    }
  }
  std::sort(times.begin(), times.end());
  std::printf(
      "query of %zu nodes: %.2f ms, %zu supported, best %.2f ms, worst %.2f "
      "ms, first call %.2f ms, model of %zu bytes\n",
      counted.nodes, times[kCalls / 2], counted.supported, times.front(),
      times.back(), first, model.size());
  return Status::Ok();
}

}  // namespace
}  // namespace onnxifi::client

int main() {
  const onnxifi::Status status = onnxifi::client::Measure();
  if (status.ok()) return 0;
  std::fprintf(stderr, "capability_query: %s\n", status.message().c_str());
  return 1;
}
