// Runs the tool itself with the null plugin: exit codes, messages and what is
// left on disk, for good and bad input.

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "base/model_builder.h"
#include "client/npy.h"

namespace onnxifi::client {
namespace {

namespace fs = std::filesystem;
namespace fx = wire;

struct Ran {
  int exit = -1;
  std::string output;  // both streams
};

Ran Shell(const std::string& command) {
  Ran ran;
  FILE* pipe = ::popen((command + " 2>&1").c_str(), "r");
  if (pipe == nullptr) return ran;
  std::array<char, 4096> buffer{};
  while (const size_t got = std::fread(buffer.data(), 1, buffer.size(), pipe)) {
    ran.output.append(buffer.data(), got);
  }
  const int status = ::pclose(pipe);
  ran.exit = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return ran;
}

class CommandTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() /
              ("onnxifi-cli-" + std::to_string(::getpid()) + "-" +
               testing::UnitTest::GetInstance()->current_test_info()->name());
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::string Path(const std::string& name) const { return folder_ / name; }

  std::string Write(const std::string& name, const std::string& bytes) const {
    const std::string path = Path(name);
    fs::create_directories(fs::path(path).parent_path());
    std::ofstream(path, std::ios::binary) << bytes;
    return path;
  }

  // y = x, both float32 of these dimensions.
  static std::string Identity(const fx::Dims& dims, int32_t type = fx::kFloat) {
    return fx::ModelBuilder()
        .Input("x", type, dims)
        .Output("y", type, dims)
        .Node("Identity", {"x"}, {"y"})
        .Build();
  }

  static Ran Tool(const std::string& arguments) {
    return Shell(std::string(ONNXIFI_CLI_PATH) + " " + arguments);
  }
  static Ran WithNull(const std::string& arguments) {
    return Tool(arguments + " --plugin " ONNXIFI_NULL_PLUGIN);
  }

  // A test case NAME whose expected output is `want`.
  void WriteCase(const std::string& name, const std::string& model,
                 const std::string& input, const std::string& want) const {
    Write(name + "/model.onnx", model);
    Write(name + "/test_data_set_0/input_0.pb", input);
    Write(name + "/test_data_set_0/output_0.pb", want);
  }

  fs::path folder_;
};

std::string Pair(float a, float b) {
  return fx::TensorOf<float>("t", fx::kFloat, {2}, {a, b});
}

TEST_F(CommandTest, UsageErrorsExitWith2) {
  EXPECT_EQ(Tool("").exit, 2);
  EXPECT_EQ(Tool("no-such-command").exit, 2);
  EXPECT_EQ(Tool("run").exit, 2);
  EXPECT_EQ(Tool("run m.onnx --no-such-option").exit, 2);
  EXPECT_EQ(Tool("--help").exit, 0);
  const Ran version = Tool("--version");
  EXPECT_EQ(version.exit, 0);
  EXPECT_EQ(version.output.rfind("onnxifi ", 0), 0u) << version.output;
}

TEST_F(CommandTest, InfoShowsBackendsAndReasons) {
  const Ran info = WithNull("info --json");
  ASSERT_EQ(info.exit, 0) << info.output;
  const auto json = nlohmann::json::parse(info.output);
  EXPECT_EQ(json["schema"], "onnxifi.info/1");
  ASSERT_EQ(json["backends"].size(), 1u);
  EXPECT_EQ(json["backends"][0]["onnxifi_version"], "0x100000000");
  EXPECT_EQ(json["backends"][0]["interface"], "1.1");
  EXPECT_EQ(
      json["backends"][0]["interface_functions"],
      "checkModel initGraph runValues queryGraph getError describeOptions "
      "createContext startRun allocateMemory freeMemory importMemory "
      "exportMemory copyMemory queryCopy exportGraph checkExported "
      "importGraph getStatistics");
  EXPECT_EQ(json["loader"]["candidates"][0]["verdict"], "loaded");
  EXPECT_EQ(WithNull("info --summary").exit, 0);
  const std::string bad = Write("libonnxifi-bad.so", "not a library");
  const Ran refused = Tool("info --plugin " + bad);
  EXPECT_EQ(refused.exit, 3);
  EXPECT_NE(refused.output.find("ONNXIFI-E11"), std::string::npos)
      << refused.output;
}

TEST_F(CommandTest, NoPluginExitsWith3) {
  const std::string model = Write("m.onnx", Identity({2}));
  EXPECT_EQ(Tool("run " + model + " --plugin " + Path("missing.so")).exit, 3);
  const Ran named = WithNull("run " + model + " --backend npu");
  EXPECT_EQ(named.exit, 3);
  EXPECT_NE(named.output.find("choose one of"), std::string::npos);
}

TEST_F(CommandTest, RunSavesAndChecksOutputs) {
  const std::string model = Write("m.onnx", Identity({2, 3}));
  const Ran first = WithNull("run " + model +
                             " --input 'x=rand(-1,1)' --seed 3"
                             " --save-outputs " +
                             Path("out"));
  ASSERT_EQ(first.exit, 0) << first.output;
  EXPECT_NE(first.output.find("float32 2x3"), std::string::npos);
  const std::string saved = Path("out/output_0.npy");
  EXPECT_EQ(
      WithNull("run " + model + " --input x=@" + saved + " --check " + saved)
          .exit,
      0);
  const Ran differs =
      WithNull("run " + model + " --input x=zeros --check " + saved);
  EXPECT_EQ(differs.exit, 1);
  EXPECT_NE(differs.output.find("max relative error"), std::string::npos);
  EXPECT_NE(differs.output.find("ONNXIFI-E3007"), std::string::npos);
}

TEST_F(CommandTest, CheckTakesATestDataSet) {
  WriteCase("case", Identity({2}), Pair(1, 2), Pair(1, 2));
  const Ran run = WithNull("run " + Path("case/model.onnx") + " --check " +
                           Path("case/test_data_set_0"));
  EXPECT_EQ(run.exit, 0) << run.output;
  EXPECT_NE(run.output.find("max 2"), std::string::npos) << run.output;
}

// Messages of ONNX's data files.
std::string Strings(const std::string& a, const std::string& b) {
  return fx::WireWriter()
      .Varint(1, 2)
      .Varint(2, fx::kString)
      .Bytes(6, a)
      .Bytes(6, b)
      .bytes();
}
std::string SequenceOf(const std::string& tensor) {
  return fx::WireWriter().Varint(2, 1).Bytes(3, tensor).bytes();
}
std::string OptionalType(const std::string& element) {
  return fx::WireWriter()
      .Bytes(9, fx::WireWriter().Bytes(1, element).bytes())
      .bytes();
}
std::string IdentityOf(const std::string& type) {
  return fx::ModelBuilder()
      .InputOfType("x", type)
      .OutputOfType("y", type)
      .Node("Identity", {"x"}, {"y"})
      .Build();
}

TEST_F(CommandTest, RunTakesWhatDescriptorsCannotCarry) {
  const std::string floats = fx::TensorType(fx::kFloat, {2});
  const struct {
    const char* name;
    std::string model;
    std::string input;
    std::string other;
    const char* shown;
  } kRows[] = {
      {"strings", Identity({"N"}, fx::kString), Strings("ab", "c\nd"),
       Strings("ab", "cd"), "'ab' 'c\\x0ad'"},
      {"sequence", IdentityOf(fx::SequenceType(floats)), SequenceOf(Pair(1, 2)),
       SequenceOf(Pair(1, 3)), "sequence of 1  float32 2"},
      {"optional", IdentityOf(OptionalType(floats)), Pair(1, 2),
       fx::WireWriter().Varint(2, 0).bytes(), "optional  float32 2"}};
  for (const auto& row : kRows) {
    SCOPED_TRACE(row.name);
    const std::string model = Write("m.onnx", row.model);
    const std::string input = Write("in.pb", row.input);
    const std::string other = Write("other.pb", row.other);
    const std::string out = Path(row.name);
    const Ran first =
        WithNull("run " + model + " --input x=@" + input + " --save-outputs " +
                 out + " --json " + Path("report.json"));
    ASSERT_EQ(first.exit, 0) << first.output;
    EXPECT_NE(first.output.find(row.shown), std::string::npos) << first.output;
    const std::string saved = out + "/output_0.pb";
    ASSERT_TRUE(fs::exists(saved));
    const std::string again =
        "run " + model + " --input x=@" + saved + " --check ";
    EXPECT_EQ(WithNull(again + saved).exit, 0);
    EXPECT_EQ(WithNull(again + input).exit, 0);
    const Ran differs = WithNull(again + other);
    EXPECT_EQ(differs.exit, 1) << differs.output;
    const Ran made_up = WithNull("run " + model);
    EXPECT_EQ(made_up.exit, 2);
    EXPECT_NE(made_up.output.find("cannot be made up"), std::string::npos);
    EXPECT_EQ(
        WithNull("run " + model + " --input x=@" + Write("bad.pb", "\xFF\xFF"))
            .exit,
        2);
  }
  // float8: made up like every number, and timed.
  const Ran small =
      WithNull("bench " +
               Write("f8.onnx", fx::ModelBuilder(11, 23)
                                    .Input("x", 17, {8})
                                    .Output("y", 17, {8})
                                    .Node("Identity", {"x"}, {"y"})
                                    .Build()) +
               " --duration 0.05 --warmup 0");
  EXPECT_EQ(small.exit, 0) << small.output;
}

TEST_F(CommandTest, SymbolicDimensionsNeedValues) {
  const std::string model = Write("m.onnx", Identity({"N", 2}));
  const Ran open = WithNull("run " + model);
  EXPECT_EQ(open.exit, 2);
  EXPECT_NE(open.output.find("'N'"), std::string::npos) << open.output;
  const Ran given = WithNull("run " + model + " --dim N=5");
  EXPECT_EQ(given.exit, 0) << given.output;
  EXPECT_NE(given.output.find("5x2"), std::string::npos);
  EXPECT_EQ(WithNull("run " + model + " --shape x=[7,2]").exit, 0);
  EXPECT_EQ(WithNull("run " + model + " --dim N=0").exit, 0);
}

TEST_F(CommandTest, BadModelsAreRejectedWithAMessage) {
  const std::string good = Identity({2, 3});
  for (size_t size = 0; size < good.size(); size += 5) {
    const Ran cut = WithNull("run " + Write("cut.onnx", good.substr(0, size)));
    EXPECT_EQ(cut.exit, 4) << size << cut.output;
    EXPECT_NE(cut.output.find("ONNXIFI-E"), std::string::npos);
  }
  EXPECT_EQ(WithNull("run " + Write("junk.onnx", "\xFF\xFE junk")).exit, 4);
  const std::string unsupported = fx::ModelBuilder()
                                      .Input("x", fx::kFloat, {2})
                                      .Output("y", fx::kFloat, {2})
                                      .Node("Relu", {"x"}, {"y"})
                                      .Build();
  const Ran refused = WithNull("run " + Write("relu.onnx", unsupported));
  EXPECT_EQ(refused.exit, 4);
  EXPECT_NE(refused.output.find("UNSUPPORTED_OPERATOR"), std::string::npos);
  EXPECT_EQ(WithNull("run " + Path("missing.onnx")).exit, 2);
  EXPECT_EQ(WithNull("run " + folder_.string()).exit, 2);
}

TEST_F(CommandTest, BadInputsAreUsageErrorsAndWriteNothing) {
  const std::string model = Write("m.onnx", Identity({2}));
  const std::string three =
      Write("three.pb", fx::TensorOf<float>("t", fx::kFloat, {3}, {1, 2, 3}));
  const std::string integers =
      Write("int.pb", fx::TensorOf<int64_t>("t", fx::kInt64, {2}, {1, 2}));
  const std::string cut = Write("cut.pb", Pair(1, 2).substr(0, 9));
  const std::string options[] = {
      "--input x=@" + three,
      "--input x=@" + integers,
      "--input x=@" + cut,
      "--input x=@" + Path("missing.pb"),
      "--input x=@" + Write("empty.npy", ""),
      "--input x=nonsense",
      "--input nonsense",
      "--input y=zeros",
      "--input x=zeros --input x=ones",
      "--shape x=3",
      "--shape x=2q",
      "--shape x=[2",
      "--dim N=-1",
      "--check " + Path("missing.pb"),
      "--check " + three + " " + three,
  };
  for (const std::string& option : options) {
    const Ran ran = WithNull("run " + model + " --save-outputs " + Path("out") +
                             " " + option);
    EXPECT_EQ(ran.exit, 2) << option << "\n" << ran.output;
    EXPECT_NE(ran.output.find("ONNXIFI-E"), std::string::npos) << option;
    EXPECT_FALSE(fs::exists(Path("out"))) << option;
  }
}

TEST_F(CommandTest, T05_NamesCannotDriveTheTerminal) {
  const std::string name = "x\x1B]0;title\x07";
  const std::string model = Write("m.onnx", fx::ModelBuilder()
                                                .Input(name, fx::kFloat, {2})
                                                .Output("y", fx::kFloat, {2})
                                                .Node("Identity", {name}, {"y"})
                                                .Build());
  const Ran ran = WithNull("run " + model);
  EXPECT_EQ(ran.output.find('\x1B'), std::string::npos) << ran.output;
  EXPECT_EQ(ran.output.find('\x07'), std::string::npos);
}

TEST_F(CommandTest, UnwritableFoldersAreReported) {
  const std::string model = Write("m.onnx", Identity({2}));
  const std::string file = Write("file", "");
  const Ran ran = WithNull("run " + model + " --save-outputs " + file + "/out");
  EXPECT_EQ(ran.exit, 8) << ran.output;
  EXPECT_EQ(WithNull("run " + model + " --json " + file + "/r.json").exit, 8);
}

TEST_F(CommandTest, BenchGivesAVerdict) {
  const std::string model = Write("m.onnx", Identity({64}));
  const Ran text = WithNull("bench " + model + " --duration 0.05 --warmup 0");
  EXPECT_EQ(text.exit, 0) << text.output;
  EXPECT_NE(text.output.find("Result: "), std::string::npos);
  const Ran ran =
      WithNull("bench " + model + " --duration 0.05 --warmup 0 --json -");
  const auto json = nlohmann::json::parse(ran.output);
  EXPECT_EQ(json["schema"], "onnxifi.bench/1");
  EXPECT_GE(json["runs"], 10);
  EXPECT_EQ(json["valid"].get<bool>(), json["reasons"].empty());
}

TEST_F(CommandTest, CheckCasesCountsEveryOutcome) {
  WriteCase("good", Identity({2}), Pair(1, 2), Pair(1, 2));
  WriteCase("wrong", Identity({2}), Pair(1, 2), Pair(1, 3));
  WriteCase("relu",
            fx::ModelBuilder()
                .Input("x", fx::kFloat, {2})
                .Output("y", fx::kFloat, {2})
                .Node("Relu", {"x"}, {"y"})
                .Build(),
            Pair(1, 2), Pair(1, 2));
  WriteCase("cut", Identity({2}), Pair(1, 2).substr(0, 8), Pair(1, 2));
  const Ran ran =
      WithNull("check-cases " + folder_.string() +
               " --jobs 2 --list-refused --json " + Path("report.json"));
  EXPECT_EQ(ran.exit, 1);
  const std::string last = "1 passed, 2 failed, 1 refused, 0 crashed\n";
  EXPECT_TRUE(ran.output.ends_with(last)) << ran.output;
  EXPECT_NE(ran.output.find("failed wrong COMPARISON"), std::string::npos);
  EXPECT_NE(ran.output.find("failed cut TEST_DATA"), std::string::npos);
  EXPECT_NE(ran.output.find("refused relu UNSUPPORTED_OPERATOR"),
            std::string::npos);
  std::ifstream file(Path("report.json"));
  const auto json = nlohmann::json::parse(file);
  EXPECT_EQ(json["cases"].size(), 4u);
  EXPECT_EQ(json["failed"], 2);
  EXPECT_EQ(WithNull("check-cases " + folder_.string() + " --filter good").exit,
            0);
}

TEST_F(CommandTest, CheckCasesOfStringsSequencesOptionalsAndOpenShapes) {
  const std::string floats = fx::TensorType(fx::kFloat, {2});
  WriteCase("strings", Identity({2}, fx::kString), Strings("a", "b"),
            Strings("a", "b"));
  WriteCase("wrong_strings", Identity({2}, fx::kString), Strings("a", "b"),
            Strings("a", "B"));
  WriteCase("sequence", IdentityOf(fx::SequenceType(floats)),
            SequenceOf(Pair(1, 2)), SequenceOf(Pair(1, 2)));
  WriteCase("wrong_sequence", IdentityOf(fx::SequenceType(floats)),
            SequenceOf(Pair(1, 2)), fx::WireWriter().Varint(2, 1).bytes());
  WriteCase("optional", IdentityOf(OptionalType(floats)), Pair(1, 2),
            SequenceOf(Pair(1, 2)));  // an OptionalProto of the same bytes
  WriteCase("none", IdentityOf(OptionalType(floats)),
            fx::WireWriter().Varint(2, 0).bytes(), "");
  WriteCase("int4",
            fx::ModelBuilder(11, 23)
                .Input("x", 22, {3})
                .Output("y", 22, {3})
                .Node("Identity", {"x"}, {"y"})
                .Build(),
            fx::RawTensor("t", 22, {3}, "\x21\x03"),
            fx::RawTensor("t", 22, {3}, "\x21\x03"));
  // By the open shape, the backend must find out that it is 2.
  const std::string open = fx::ModelBuilder()
                               .Input("x", fx::kFloat, {2})
                               .Output("y", fx::kFloat, {"M"})
                               .Node("Identity", {"x"}, {"y"})
                               .Build();
  WriteCase("open", open, Pair(1, 2), Pair(1, 2));
  WriteCase("wrong_open", open, Pair(1, 2),
            fx::TensorOf<float>("t", fx::kFloat, {1}, {1}));
  const Ran ran = WithNull("check-cases " + folder_.string());
  EXPECT_NE(ran.output.find("6 passed, 3 failed, 0 refused, 0 crashed"),
            std::string::npos)
      << ran.output;
  for (const char* reason : {"string 1 differs: expected 'B', got 'b'",
                             "expected sequence of 0, got sequence of 1",
                             "expected shape 1, got 2"}) {
    EXPECT_NE(ran.output.find(reason), std::string::npos) << ran.output;
  }
}

TEST_F(CommandTest, CheckCasesOfRandomOutputs) {
  WriteCase("draw_1", Identity({2}), Pair(0, 1), Pair(1, 0));
  WriteCase("draw_2", Identity({2}), Pair(1, 1), Pair(0, 1));
  const std::string run = "check-cases " + folder_.string() + " --expect ";
  const auto with = [&](const char* line) {
    return WithNull(run + Write("expect.txt", line));
  };
  EXPECT_EQ(WithNull("check-cases " + folder_.string()).exit, 1);
  const Ran good = with("random 2 draw_* 0..1 draws");
  EXPECT_EQ(good.exit, 0) << good.output;
  EXPECT_NE(good.output.find("2  compared by type, shape and range only"),
            std::string::npos);
  EXPECT_EQ(with("random 3 draw_* 0..1 draws").exit, 1);
  EXPECT_EQ(with("random 2 draw_* 0..0.5 draws").exit, 1);
  EXPECT_EQ(with("random 1 draw_1 0..1 draws").exit, 1) << "the other differs";
}

TEST_F(CommandTest, CheckCasesRunsModelsWithTheirRamp) {
  Write("light.onnx", Identity({2}));
  Write("light_output_0.pb", Pair(0, 0.5f));
  const Ran ran = WithNull("check-cases " + folder_.string());
  EXPECT_EQ(ran.exit, 0) << ran.output;
  EXPECT_NE(ran.output.find("1 passed"), std::string::npos);
}

TEST_F(CommandTest, CheckCasesWithExpectations) {
  WriteCase("relu",
            fx::ModelBuilder()
                .Input("x", fx::kFloat, {2})
                .Output("y", fx::kFloat, {2})
                .Node("Relu", {"x"}, {"y"})
                .Build(),
            Pair(1, 2), Pair(1, 2));
  WriteCase("wrong", Identity({2}), Pair(1, 2), Pair(1, 3));
  const std::string all = Write(
      "all.txt", "refused 1 relu null copies only\nfailed 1 wrong known\n");
  const std::string some = Write("some.txt", "failed 1 wrong known\n");
  const std::string more =
      Write("more.txt", "refused 2 * too many\nfailed 1 wrong known\n");
  const std::string run = "check-cases " + folder_.string() + " --expect ";
  EXPECT_EQ(WithNull(run + all).exit, 0);
  EXPECT_EQ(WithNull(run + some).exit, 1);
  EXPECT_EQ(WithNull(run + more).exit, 1);
  EXPECT_EQ(WithNull(run + Write("bad.txt", "nonsense")).exit, 2);
}

TEST_F(CommandTest, CheckCasesWithoutCasesIsAnError) {
  EXPECT_EQ(WithNull("check-cases " + folder_.string()).exit, 2);
  WriteCase("good", Identity({2}), Pair(1, 2), Pair(1, 2));
  EXPECT_EQ(
      WithNull("check-cases " + folder_.string() + " --filter nothing").exit,
      2);
}

}  // namespace
}  // namespace onnxifi::client
