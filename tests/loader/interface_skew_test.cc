// The skew matrix of interface 1.1: hosts and plugins of several ages, each
// with each. Whatever they agree on, every pair runs a model.
#include <dlfcn.h>
#include <gtest/gtest.h>
#include <onnxifi/onnxifi.h>
#include <onnxifi/onnxifi_ext.h>
#include <onnxifi/onnxifi_loader.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <iterator>
#include <string>
#include <tuple>
#include <vector>

#include "base/model_builder.h"

namespace {

constexpr uint32_t k11 = ONNXIFI_INTERFACE_VERSION_1_1;

// One size of an argument structure, or the one a later version will have.
template <typename StructType>
struct Grown {
  StructType known = {};
  uint64_t later[4] = {~uint64_t{0}, 1, ~uint64_t{0}, 2};
};

// How a model is run, from the oldest way to the newest.
enum class Way { kCore, kExtension, kTable };

struct Host {
  const char* name;
  Way newest;   // the newest way that it knows
  size_t size;  // of its table; 0: it has none
  uint32_t min_version;
  uint32_t max_version;
  bool grown;          // all its structures are longer
  onnxStatus refused;  // by a plugin that has a table
};

constexpr size_t kToday = sizeof(onnxHostInterface);
constexpr Host kHosts[] = {
    {"Of_1_0", Way::kCore, 0, 0, 0, false, 0},
    {"Of_1_0_WithExtensions", Way::kExtension, 0, 0, 0, false, 0},
    // 1.1 before it was complete: its table ends after the log.
    {"DraftOf_1_1", Way::kTable, offsetof(onnxHostInterface, error), k11, k11,
     false, ONNXIFI_STATUS_INVALID_SIZE},
    {"Of_1_1", Way::kTable, kToday, k11, k11, false, 0},
    {"Later", Way::kTable, kToday + sizeof(Grown<char>::later), k11, k11 + 7,
     true, 0},
    {"NextMajorOnly", Way::kTable, kToday, 0x00020000, 0x00020003, false,
     ONNXIFI_STATUS_UNSUPPORTED_VERSION},
    {"AnyVersion", Way::kTable, kToday, 0, 0xffffffff, false, 0},
};

struct Plugin {
  const char* name;
  bool table;   // has one that can be used
  bool values;  // with runValues in it
  float added;  // to x by the functions of 1.0
};

constexpr Plugin kPlugins[] = {
    {"core_only", false, false, 1},
    {"good", false, false, 1},  // 1.0 and its extension
    {"interface_short", true, false, 1},
    {"interface_only_run", true, true, 1},
    {"interface_good", true, true, 1},
    {"interface_calls", true, true, 1},
    {"interface_later", true, true, 1},
    {"interface_new", false, false, 1},  // of the next major version
    {"null", true, true, 0},             // today's glue
};

std::string PathOf(const Plugin& plugin) {
  if (std::string(plugin.name) == "null") return ONNXIFI_NULL_PLUGIN;
  return std::string(ONNXIFI_FIXTURE_DIR) + "/libonnxifi-fake_" + plugin.name +
         ".so";
}

// Runs before main, because the loader reads the environment once.
const bool g_environment = [] {
  std::string list;
  for (const Plugin& plugin : kPlugins) list += ":" + PathOf(plugin);
  setenv("ONNXIFI_PLUGIN_FILES", list.c_str(), 1);
  setenv("ONNXIFI_PROBE", "0", 1);
  return true;
}();

// The functions of the loader or of a plugin that the host opens by itself.
struct Functions {
#define ONNXIFI_FUNCTION(fn, since, kind) fn##Function fn = nullptr;
#include "abi/onnxifi_functions.inc"

  explicit Functions(void* library) {
#define ONNXIFI_FUNCTION(fn, since, kind) \
  fn = reinterpret_cast<fn##Function>(dlsym(library, #fn));
#include "abi/onnxifi_functions.inc"
  }
};

Functions OfLoader() {
  Dl_info info = {};
  EXPECT_NE(dladdr(reinterpret_cast<void*>(&onnxifiGetLastError), &info), 0);
  return Functions(dlopen(info.dli_fname, RTLD_NOW | RTLD_NOLOAD));
}

onnxStatus KeepFloats(void* context, uint32_t, const onnxValue* value) {
  auto* out = static_cast<std::vector<float>*>(context);
  out->resize(value->dataSize / sizeof(float));
  if (!out->empty()) std::memcpy(out->data(), value->data, value->dataSize);
  return ONNXIFI_STATUS_SUCCESS;
}

// One host and one backend of a plugin.
class Pair {
 public:
  Pair(const Functions& functions, const Host& host, onnxBackendID id)
      : f_(functions), host_(host), id_(id) {
    EXPECT_EQ(f_.onnxInitBackend(id_, nullptr, &backend_),
              ONNXIFI_STATUS_SUCCESS);
    model_ = onnxifi::wire::ModelBuilder()
                 .Input("x", onnxifi::wire::kFloat, {3})
                 .Output("y", onnxifi::wire::kFloat, {3})
                 .Node("Identity", {"x"}, {"y"})
                 .Build();
    EXPECT_EQ(f_.onnxInitGraph(backend_, nullptr, model_.size(), model_.data(),
                               0, nullptr, &graph_),
              ONNXIFI_STATUS_SUCCESS);
  }
  ~Pair() {
    EXPECT_EQ(f_.onnxReleaseGraph(graph_), ONNXIFI_STATUS_SUCCESS);
    EXPECT_EQ(f_.onnxReleaseBackend(backend_), ONNXIFI_STATUS_SUCCESS);
  }

  // The extension function of that name, or NULL.
  template <typename FunctionType>
  FunctionType Find(const char* name) {
    if (f_.onnxGetExtensionFunctionAddress == nullptr) return nullptr;
    onnxExtensionFunctionPointer found = nullptr;
    if (f_.onnxGetExtensionFunctionAddress(id_, name, &found) !=
        ONNXIFI_STATUS_SUCCESS) {
      return nullptr;
    }
    return reinterpret_cast<FunctionType>(reinterpret_cast<void*>(found));
  }

  // Asks for the table as this host does. Nothing behind its structure is
  // readable memory of its own: a reader beyond structSize fails in ASan.
  onnxStatus Negotiate(const onnxPluginInterface** table) {
    const auto get =
        Find<onnxGetInterfaceFunction>(ONNXIFI_GET_INTERFACE_FUNCTION_NAME);
    if (get == nullptr) return ONNXIFI_STATUS_UNIDENTIFIED_NAME;
    Grown<onnxHostInterface> full;
    full.known.structSize = static_cast<uint32_t>(host_.size);
    full.known.minVersion = host_.min_version;
    full.known.maxVersion = host_.max_version;
    std::vector<uint64_t> exact((host_.size + 7) / 8);
    std::memcpy(exact.data(), &full, host_.size);
    return get(id_, reinterpret_cast<const onnxHostInterface*>(exact.data()),
               table);
  }

  std::vector<float> RunCore() {
    float y[3] = {};
    auto [in, out] = Descriptors(y);
    EXPECT_EQ(f_.onnxSetGraphIO(graph_, 1, &in, 1, &out),
              ONNXIFI_STATUS_SUCCESS);
    onnxEvent start = nullptr;
    EXPECT_EQ(f_.onnxInitEvent(backend_, &start), ONNXIFI_STATUS_SUCCESS);
    auto [from, to] = Fences(start);
    EXPECT_EQ(f_.onnxRunGraph(graph_, &from, &to), ONNXIFI_STATUS_SUCCESS);
    EXPECT_EQ(f_.onnxSignalEvent(start), ONNXIFI_STATUS_SUCCESS);
    EXPECT_EQ(f_.onnxWaitEvent(to.event), ONNXIFI_STATUS_SUCCESS);
    EXPECT_EQ(f_.onnxReleaseEvent(to.event), ONNXIFI_STATUS_SUCCESS);
    EXPECT_EQ(f_.onnxReleaseEvent(start), ONNXIFI_STATUS_SUCCESS);
    return {std::begin(y), std::end(y)};
  }

  std::vector<float> RunExtension(onnxSetIOAndRunGraphFunction run) {
    float y[3] = {};
    auto [in, out] = Descriptors(y);
    auto [unused, done] = Fences(nullptr);
    EXPECT_EQ(run(graph_, 1, &in, 1, &out, &done), ONNXIFI_STATUS_SUCCESS);
    EXPECT_EQ(f_.onnxWaitEvent(done.event), ONNXIFI_STATUS_SUCCESS);
    EXPECT_EQ(f_.onnxReleaseEvent(done.event), ONNXIFI_STATUS_SUCCESS);
    return {std::begin(y), std::end(y)};
  }

  std::vector<float> RunTable(const onnxPluginInterface& table) {
    std::vector<float> y;
    const size_t grown = host_.grown ? sizeof(Grown<char>::later) : 0;
    Grown<onnxValue> x;
    x.known.structSize = static_cast<uint32_t>(sizeof(onnxValue) + grown);
    x.known.kind = ONNXIFI_VALUE_KIND_TENSOR;
    x.known.name = "x";
    x.known.dataType = onnxifi::wire::kFloat;
    x.known.dimensions = 1;
    x.known.shape = kShape;
    x.known.data = kX;
    x.known.dataSize = sizeof(kX);
    Grown<onnxRunValuesArguments> run;
    run.known.structSize =
        static_cast<uint32_t>(sizeof(onnxRunValuesArguments) + grown);
    run.known.inputsCount = 1;
    run.known.graph = graph_;
    run.known.inputs = &x.known;
    run.known.receive = &KeepFloats;
    run.known.receiveContext = &y;
    EXPECT_EQ(table.runValues(&run.known), ONNXIFI_STATUS_SUCCESS);
    return y;
  }

  static constexpr float kX[3] = {1.5f, -2, 3};

 private:
  std::pair<onnxTensorDescriptorV1, onnxTensorDescriptorV1> Descriptors(
      float* y) {
    onnxTensorDescriptorV1 in = {};
    in.tag = ONNXIFI_TAG_TENSOR_DESCRIPTOR_V1;
    in.dataType = ONNXIFI_DATATYPE_FLOAT32;
    in.memoryType = ONNXIFI_MEMORY_TYPE_CPU;
    in.dimensions = 1;
    in.shape = kShape;
    onnxTensorDescriptorV1 out = in;
    in.name = "x";
    in.buffer = reinterpret_cast<onnxPointer>(kX);
    out.name = "y";
    out.buffer = reinterpret_cast<onnxPointer>(y);
    return {in, out};
  }
  static std::pair<onnxMemoryFenceV1, onnxMemoryFenceV1> Fences(
      onnxEvent start) {
    onnxMemoryFenceV1 from = {};
    from.tag = ONNXIFI_TAG_MEMORY_FENCE_V1;
    from.type = ONNXIFI_SYNCHRONIZATION_EVENT;
    onnxMemoryFenceV1 to = from;
    from.event = start;
    return {from, to};
  }

  static constexpr uint64_t kShape[1] = {3};
  const Functions& f_;
  const Host& host_;
  onnxBackendID id_;
  onnxBackend backend_ = nullptr;
  onnxGraph graph_ = nullptr;
  std::string model_;
};

std::vector<float> Added(float added) {
  std::vector<float> y(std::begin(Pair::kX), std::end(Pair::kX));
  for (float& value : y) value += added;
  return y;
}

// Runs the model in the newest way that both sides know.
void Expect(Pair& pair, const Host& host, const Plugin& plugin,
            bool has_extension) {
  EXPECT_EQ(pair.RunCore(), Added(plugin.added));
  if (host.newest == Way::kCore) return;
  const auto run =
      pair.Find<onnxSetIOAndRunGraphFunction>("onnxSetIOAndRunGraphFunction");
  EXPECT_EQ(run != nullptr, has_extension);
  if (run != nullptr) {
    EXPECT_EQ(pair.RunExtension(run), Added(plugin.added));
  }
  if (host.newest == Way::kExtension) return;
  const onnxPluginInterface* table = nullptr;
  const onnxStatus status = pair.Negotiate(&table);
  EXPECT_EQ(status,
            !plugin.table ? ONNXIFI_STATUS_UNIDENTIFIED_NAME : host.refused);
  ASSERT_EQ(table != nullptr, status == ONNXIFI_STATUS_SUCCESS);
  if (table == nullptr) return;
  EXPECT_EQ(table->version, k11);
  ASSERT_EQ(table->runValues != nullptr, plugin.values);
  if (!plugin.values) return;
  // The fakes give a value back as it is; so does Identity.
  EXPECT_EQ(pair.RunTable(*table), Added(0));
  EXPECT_EQ(pair.RunCore(), Added(plugin.added));
}

class SkewTest : public testing::TestWithParam<std::tuple<size_t, size_t>> {};

TEST_P(SkewTest, ThroughTheLoader) {
  const Host& host = kHosts[std::get<0>(GetParam())];
  const size_t which = std::get<1>(GetParam());
  const Functions loader = OfLoader();
  size_t count = 0;
  ASSERT_EQ(loader.onnxGetBackendIDs(nullptr, &count), ONNXIFI_STATUS_FALLBACK);
  // The fakes have two devices each, the null plugin one.
  ASSERT_EQ(count, 2 * std::size(kPlugins) - 1);
  std::vector<onnxBackendID> ids(count);
  ASSERT_EQ(loader.onnxGetBackendIDs(ids.data(), &count),
            ONNXIFI_STATUS_SUCCESS);
  {
    Pair pair(loader, host, ids[2 * which]);
    Expect(pair, host, kPlugins[which], true);
  }
  for (onnxBackendID id : ids) {
    EXPECT_EQ(loader.onnxReleaseBackendID(id), ONNXIFI_STATUS_SUCCESS);
  }
}

std::string NameOf(const testing::TestParamInfo<SkewTest::ParamType>& info) {
  return std::string(kHosts[std::get<0>(info.param)].name) + "_" +
         kPlugins[std::get<1>(info.param)].name;
}

INSTANTIATE_TEST_SUITE_P(
    All, SkewTest,
    testing::Combine(testing::Range(size_t{0}, std::size(kHosts)),
                     testing::Range(size_t{0}, std::size(kPlugins))),
    NameOf);

// Without the loader between them: what the SDK's glue itself accepts.
TEST(DirectSkewTest, EveryHostWithTodaysGlue) {
  void* library = dlopen(ONNXIFI_NULL_PLUGIN, RTLD_NOW | RTLD_LOCAL);
  ASSERT_NE(library, nullptr) << dlerror();
  const Functions plugin(library);
  for (const Host& host : kHosts) {
    SCOPED_TRACE(host.name);
    onnxBackendID id = nullptr;
    size_t count = 1;
    ASSERT_EQ(plugin.onnxGetBackendIDs(&id, &count), ONNXIFI_STATUS_SUCCESS);
    {
      Pair pair(plugin, host, id);
      Expect(pair, host, kPlugins[std::size(kPlugins) - 1], true);
    }
    EXPECT_EQ(plugin.onnxReleaseBackendID(id), ONNXIFI_STATUS_SUCCESS);
  }
}

}  // namespace
