// Random calls with live, stale and garbage handles, and first calls from
// many threads: no crash, only codes of the interface.
#include <dlfcn.h>
#include <gtest/gtest.h>
#include <onnxifi/onnxifi.h>
#include <onnxifi/onnxifi_ext.h>

#include <atomic>
#include <cstdlib>
#include <random>
#include <string>
#include <thread>
#include <vector>

namespace {

std::string Fixture(const std::string& name) {
  return std::string(ONNXIFI_FIXTURE_DIR) + "/libonnxifi-fake_" + name + ".so";
}

// Runs before main, because the loader reads the environment once.
const bool g_environment = [] {
  setenv("ONNXIFI_PLUGIN_FILES",
         (Fixture("good") + ":" + Fixture("core_only") + ":" +
          Fixture("reenter") + ":" + Fixture("interface_good"))
             .c_str(),
         1);
  setenv("ONNXIFI_PROBE", "0", 1);
  return true;
}();
constexpr size_t kBackends = 8;

// Outlive every run that a stray handle may still start.
float g_in = 1;
float g_out = 0;

bool IsStatus(onnxStatus status) {
  return (status >= 0 && status <= 1) || (status >= 0x101 && status <= 0x110) ||
         (status >= 0x201 && status <= 0x209) ||
         (status >= 0x301 && status <= 0x303) ||
         (status >= 0x401 && status <= 0x406);
}

TEST(HandleAbuseTest, FirstCallsFromManyThreadsAgree) {
  std::atomic<int> waiting{0};
  std::vector<std::thread> threads;
  std::vector<std::vector<onnxBackendID>> found(8);
  for (size_t t = 0; t < found.size(); ++t) {
    threads.emplace_back([&, t] {
      for (++waiting; waiting < 8;) std::this_thread::yield();
      size_t count = 0;
      EXPECT_EQ(onnxGetBackendIDs(nullptr, &count), ONNXIFI_STATUS_FALLBACK);
      found[t].resize(count);
      EXPECT_EQ(onnxGetBackendIDs(found[t].data(), &count),
                ONNXIFI_STATUS_SUCCESS);
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(found[0].size(), kBackends);
  for (const auto& ids : found) {
    EXPECT_EQ(ids, found[0]);
    for (auto id : ids) {
      EXPECT_EQ(onnxReleaseBackendID(id), ONNXIFI_STATUS_SUCCESS);
    }
  }
}

// A plugin whose constructor calls the loader is told to wait, and works.
TEST(HandleAbuseTest, APluginCannotReenterWhileItIsLoaded) {
  size_t count = 0;
  EXPECT_EQ(onnxGetBackendIDs(nullptr, &count), ONNXIFI_STATUS_FALLBACK);
  void* plugin = dlopen(Fixture("reenter").c_str(), RTLD_NOW | RTLD_NOLOAD);
  ASSERT_NE(plugin, nullptr);
  const auto* answer =
      static_cast<const int*>(dlsym(plugin, "fake_reenter_status"));
  ASSERT_NE(answer, nullptr);
  EXPECT_EQ(*answer, ONNXIFI_STATUS_INTERNAL_ERROR);
}

// The table of interface 1.1 of the last plugin; stays when its ID is released.
const onnxPluginInterface* FindTable() {
  onnxBackendID ids[kBackends];
  size_t count = kBackends;
  EXPECT_EQ(onnxGetBackendIDs(ids, &count), ONNXIFI_STATUS_SUCCESS);
  onnxExtensionFunctionPointer found = nullptr;
  EXPECT_EQ(
      onnxGetExtensionFunctionAddress(
          ids[kBackends - 1], ONNXIFI_GET_INTERFACE_FUNCTION_NAME, &found),
      ONNXIFI_STATUS_SUCCESS);
  onnxHostInterface host = {};
  host.structSize = sizeof(host);
  host.minVersion = host.maxVersion = ONNXIFI_INTERFACE_VERSION_1_1;
  const onnxPluginInterface* table = nullptr;
  EXPECT_EQ(reinterpret_cast<onnxGetInterfaceFunction>(reinterpret_cast<void*>(
                found))(ids[kBackends - 1], &host, &table),
            ONNXIFI_STATUS_SUCCESS);
  for (onnxBackendID id : ids) {
    EXPECT_EQ(onnxReleaseBackendID(id), ONNXIFI_STATUS_SUCCESS);
  }
  return table;
}

// Found once, before any abuse: others would release the IDs meanwhile.
const onnxPluginInterface* Table() {
  static const onnxPluginInterface* const table = FindTable();
  return table;
}

onnxStatus Ignore(void*, uint32_t, const onnxValue*) {
  return ONNXIFI_STATUS_SUCCESS;
}

onnxStatus IgnoreSupport(void*, uint32_t, const onnxNodeSupport*) {
  return ONNXIFI_STATUS_SUCCESS;
}

// Makes one random call; new handles join the pool, old ones stay in it.
class Abuser {
 public:
  explicit Abuser(unsigned seed) : random_(seed) {
    pool_.assign({nullptr, &pool_, reinterpret_cast<void*>(1),
                  reinterpret_cast<void*>(~uintptr_t{0})});
    x_.tag = y_.tag = ONNXIFI_TAG_TENSOR_DESCRIPTOR_V1;
    x_.dataType = y_.dataType = ONNXIFI_DATATYPE_FLOAT32;
    x_.name = "x";
    y_.name = "y";
    x_.buffer = reinterpret_cast<onnxPointer>(&g_in);
    y_.buffer = reinterpret_cast<onnxPointer>(&g_out);
  }

  onnxStatus Step() {
    onnxMemoryFenceV1 input = {
        ONNXIFI_TAG_MEMORY_FENCE_V1, ONNXIFI_SYNCHRONIZATION_EVENT, {Pick()}};
    onnxMemoryFenceV1 output = {
        ONNXIFI_TAG_MEMORY_FENCE_V1, ONNXIFI_SYNCHRONIZATION_EVENT, {Pick()}};
    void* made = nullptr;
    size_t size = 0;
    onnxEventState state;
    onnxStatus status;
    switch (random_() % 21) {
      case 0:
        return Enumerate();
      case 1:
        return onnxReleaseBackendID(Pick());
      case 2:
        return onnxGetBackendInfo(Pick(), 1, nullptr, &size);
      case 3:
        return onnxGetBackendCompatibility(Pick(), 1, "m");
      case 4:
      case 5:
        return Keep(onnxInitBackend(Pick(), nullptr, &made), made);
      case 6:
        return onnxReleaseBackend(Pick());
      case 7:
        return Keep(onnxInitEvent(Pick(), &made), made);
      case 8:
        return onnxSignalEvent(Pick());
      case 9:
        return onnxGetEventState(Pick(), &state);
      case 10:
        return onnxReleaseEvent(Pick());
      case 11:
      case 12:
        return Keep(onnxInitGraph(Pick(), nullptr, 1, "m", 0, nullptr, &made),
                    made);
      case 13:
        return onnxSetGraphIO(Pick(), 1, &x_, 1, &y_);
      case 14:
        status = onnxRunGraph(Pick(), &input, &output);
        return Keep(status, status == 0 ? output.event : nullptr);
      case 15:
        status = onnxSetIOAndRunGraph(Pick(), 1, &x_, 1, &y_, &output);
        return Keep(status, status == 0 ? output.event : nullptr);
      case 16:
      case 17:
        return onnxReleaseGraph(Pick());
      default:
        return StepOnTable(&made);
    }
  }

 private:
  onnxStatus StepOnTable(void** made) {
    const onnxCheckModelArguments check = {sizeof(check), 0,   nullptr,
                                           Pick(),        "m", 1};
    onnxInitGraphArguments init = {};
    init.structSize = sizeof(init);
    init.backend = Pick();
    init.onnxModel = "m";
    init.onnxModelSize = 1;
    init.graph = made;
    onnxValue x = {};
    x.structSize = sizeof(x);
    onnxRunValuesArguments run = {};
    run.structSize = sizeof(run);
    run.inputsCount = 1;
    run.graph = Pick();
    run.inputs = &x;
    run.receive = &Ignore;
    // The fake plugin always answers for three nodes; "m" cannot be counted.
    onnxQueryGraphArguments query = {};
    query.structSize = sizeof(query);
    query.backendID = Pick();
    query.onnxModel = "m";
    query.onnxModelSize = 1;
    query.receive = &IgnoreSupport;
    switch (random_() % 4) {
      case 0:
        return table_->checkModel(&check);
      case 1:
        return Keep(table_->initGraph(&init), *made);
      case 2:
        return table_->queryGraph(&query);
      default:
        return table_->runValues(&run);
    }
  }

  void* Pick() {
    void* handle = pool_[random_() % pool_.size()];
    if (random_() % 8 == 0) {
      const auto bits = reinterpret_cast<uintptr_t>(handle);
      handle = reinterpret_cast<void*>(bits ^ (uintptr_t{1} << random_() % 64));
    }
    return handle;
  }

  onnxStatus Keep(onnxStatus status, void* handle) {
    if (handle == nullptr) return status;
    if (pool_.size() < 200) {
      pool_.push_back(handle);
    } else {
      pool_[random_() % pool_.size()] = handle;
    }
    return status;
  }

  onnxStatus Enumerate() {
    onnxBackendID ids[kBackends];
    size_t count = random_() % (kBackends + 1);
    const onnxStatus status = onnxGetBackendIDs(ids, &count);
    if (status == ONNXIFI_STATUS_SUCCESS) {
      for (size_t i = 0; i < count; ++i) Keep(status, ids[i]);
    }
    return status;
  }

  const onnxPluginInterface* table_ = Table();
  std::mt19937 random_;
  std::vector<void*> pool_;
  onnxTensorDescriptorV1 x_ = {};
  onnxTensorDescriptorV1 y_ = {};
};

TEST(HandleAbuseTest, RandomCallsNeverCrash) {
  Abuser abuser(1);
  int successes = 0;
  for (int i = 0; i < 50'000; ++i) {
    const onnxStatus status = abuser.Step();
    ASSERT_TRUE(IsStatus(status)) << status << " at step " << i;
    successes += status == ONNXIFI_STATUS_SUCCESS;
  }
  EXPECT_GT(successes, 1000);  // else the test would test nothing
}

TEST(HandleAbuseTest, RandomCallsFromThreadsNeverCrash) {
  std::vector<std::thread> threads;
  for (unsigned seed = 10; seed < 14; ++seed) {
    threads.emplace_back([seed] {
      Abuser abuser(seed);
      for (int i = 0; i < 5'000; ++i) {
        ASSERT_TRUE(IsStatus(abuser.Step()));
      }
    });
  }
  for (auto& thread : threads) thread.join();
}

}  // namespace
