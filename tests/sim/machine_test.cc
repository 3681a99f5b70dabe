// The file of a machine: what is read, and what every mistake in it is called.
#include "tests/sim/machine.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "base/str_cat.h"

namespace onnxifi::sim {
namespace {

using graph::DataType;

// The error of a machine with one device that has these members besides.
std::string ErrorOf(const std::string& members) {
  const auto devices = ParseMachine(StrCat(
      R"({"devices": [{"name": "d", "operators": "all", )", members, "}]}"));
  return devices.ok() ? "" : devices.status().message();
}

TEST(MachineTest, ReadsEverything) {
  const auto devices = ParseMachine(R"({
    "comment": "two",
    "devices": [
      {"name": "first", "comment": "all keys", "device_type": "gpu",
       "macs_fp32": 1e12, "macs_fp16": 2e12, "memory_bandwidth": 3,
       "cpu_read_bandwidth": 4, "cpu_write_bandwidth": 5, "memory_size": 6,
       "operators": ["Conv", "ai.onnx.ml:Scaler"], "except": ["Conv"],
       "data_types": ["float32", "int4"], "emulated": ["Exp"], "max_rank": 4,
       "refuse_dynamic_shapes": true,
       "cost_ns": {"Conv": 100, "*": 7}, "cost_per_element_ps": 0.5,
       "host_inputs": {"Reshape": [1], "Concat": [0, 63]},
       "groups": [["A", "B"], ["C"]],
       "launch_us": 2.5, "slow_down": {"Conv": 1.5}, "real_time": true,
       "faults": {"compile_fails_at": {"node": "n", "status": "NO_DEVICE_MEMORY"},
         "out_of_memory_above": 0, "lost_at_run": 1, "out_of_memory_at_run": 2,
         "fails_at_run": 3, "wrong_at_run": 4,
         "wrong_results": [{"node": "n", "add": 0.5},
                           {"operator": "Conv", "with": "m", "add": -1}],
         "hang_ms_at_run": {"run": 5, "ms": 6}}},
      {"name": "second", "operators": "all"}
    ]})");
  ASSERT_TRUE(devices.ok()) << devices.status().message();
  ASSERT_EQ(devices->size(), 2u);
  const DeviceSpec& d = devices->front();
  EXPECT_EQ(d.name, "first");
  EXPECT_EQ(d.device_type, uint64_t{ONNXIFI_DEVICE_TYPE_GPU});
  EXPECT_EQ(d.macs_fp32, 1'000'000'000'000u);
  EXPECT_EQ(d.macs_fp16, 2'000'000'000'000u);
  EXPECT_EQ(d.memory_bandwidth, 3u);
  EXPECT_EQ(d.cpu_read_bandwidth, 4u);
  EXPECT_EQ(d.cpu_write_bandwidth, 5u);
  EXPECT_EQ(d.memory_size, 6u);
  EXPECT_TRUE(d.operators.Has("ai.onnx.ml:Scaler"));
  EXPECT_FALSE(d.operators.Has("Conv"));
  EXPECT_FALSE(d.operators.Has("Scaler"));
  EXPECT_EQ(d.data_types, (std::set{DataType::kFloat, DataType::kInt4}));
  EXPECT_EQ(d.emulated, std::set<std::string>{"Exp"});
  EXPECT_EQ(d.max_rank, 4u);
  EXPECT_TRUE(d.refuse_dynamic_shapes);
  EXPECT_EQ(*d.cost_ns.Find("Conv"), 100u);
  EXPECT_EQ(*d.cost_ns.Find("Relu"), 7u);
  EXPECT_EQ(d.cost_per_element_ps, 0.5);
  EXPECT_EQ(*d.host_inputs.Find("Reshape"), 2u);
  EXPECT_EQ(*d.host_inputs.Find("Concat"), uint64_t{1} << 63 | 1);
  EXPECT_EQ(d.host_inputs.Find("Conv"), nullptr);
  EXPECT_EQ(d.groups.size(), 2u);
  EXPECT_EQ(d.launch_us, 2.5);
  EXPECT_EQ(*d.slow_down.Find("Conv"), 1.5);
  EXPECT_TRUE(d.real_time);
  EXPECT_EQ(d.faults.compile->node, "n");
  EXPECT_EQ(d.faults.compile->status, ONNXIFI_STATUS_NO_DEVICE_MEMORY);
  EXPECT_EQ(d.faults.out_of_memory_above, 0u);
  EXPECT_EQ(d.faults.lost_at_run, 1u);
  EXPECT_EQ(d.faults.out_of_memory_at_run, 2u);
  EXPECT_EQ(d.faults.fails_at_run, 3u);
  EXPECT_EQ(d.faults.wrong_at_run, 4u);
  ASSERT_EQ(d.faults.wrong_results.size(), 2u);
  EXPECT_EQ(d.faults.wrong_results[0].node, "n");
  EXPECT_EQ(d.faults.wrong_results[0].add, 0.5);
  EXPECT_EQ(d.faults.wrong_results[1].op, "Conv");
  EXPECT_EQ(d.faults.wrong_results[1].with, "m");
  EXPECT_EQ(d.faults.wrong_results[1].add, -1);
  EXPECT_EQ(d.faults.hang_at_run, 5u);
  EXPECT_EQ(d.faults.hang_ms, 6u);
}

TEST(MachineTest, WhatIsNotToldIsHarmless) {
  const auto devices =
      ParseMachine(R"({"devices": [{"name": "d", "operators": "all"}]})");
  ASSERT_TRUE(devices.ok());
  const DeviceSpec& d = devices->front();
  EXPECT_EQ(d.macs_fp32, 0u);
  EXPECT_TRUE(d.operators.Has("Anything"));
  EXPECT_TRUE(d.data_types.empty());
  EXPECT_FALSE(d.max_rank.has_value());
  EXPECT_FALSE(d.cost_per_element_ps.has_value());
  EXPECT_EQ(d.cost_ns.Find("Anything"), nullptr);
  EXPECT_FALSE(d.real_time);
  EXPECT_FALSE(d.faults.compile.has_value());
  EXPECT_FALSE(d.faults.out_of_memory_above.has_value());
  EXPECT_EQ(d.faults.lost_at_run, 0u);
}

TEST(MachineTest, ErrorsNameThePlaceAndWhatIsWrong) {
  const struct {
    const char* members;
    const char* place;
    const char* what;
  } kCases[] = {
      {R"("macs": 1)", "devices[0].macs", "unknown key"},
      {R"("macs_fp32": 0)", "devices[0].macs_fp32", "from 1 to"},
      {R"("macs_fp32": 1.5)", "devices[0].macs_fp32", "not 1.5"},
      {R"("macs_fp16": -1)", "devices[0].macs_fp16", "not -1"},
      {R"("memory_size": 1e300)", "devices[0].memory_size", "from 1 to"},
      {R"("memory_size": 9007199254740994)", "devices[0].memory_size",
       "from 1"},
      {R"("memory_size": "1")", "devices[0].memory_size", "not a string"},
      {R"("device_type": "tpu")", "devices[0].device_type", "cpu, gpu, dsp"},
      {R"("device_type": 4)", "devices[0].device_type", "not a number"},
      {R"("except": "Conv")", "devices[0].except", "not a string"},
      {R"("except": ["A", ""])", "devices[0].except[1]", "empty"},
      {R"("except": ["A", "A"])", "devices[0].except[1]", "twice"},
      {R"("data_types": ["float32", "single"])", "devices[0].data_types[1]",
       "'single'"},
      {R"("data_types": ["bool", "bool"])", "devices[0].data_types[1]",
       "twice"},
      {R"("data_types": [])", "devices[0].data_types", "empty"},
      {R"("emulated": [1])", "devices[0].emulated[0]", "not a number"},
      {R"("max_rank": 65)", "devices[0].max_rank", "from 0 to 64"},
      {R"("refuse_dynamic_shapes": 1)", "devices[0].refuse_dynamic_shapes",
       "true or false"},
      {R"("cost_ns": {"Conv": -1})", "devices[0].cost_ns.Conv", "not -1"},
      {R"("cost_ns": [1])", "devices[0].cost_ns", "an object"},
      {R"("cost_per_element_ps": -0.5)", "devices[0].cost_per_element_ps",
       "not -0.5"},
      {R"("host_inputs": {"Reshape": 1})", "devices[0].host_inputs.Reshape",
       "array"},
      {R"("host_inputs": {"Reshape": [64]})",
       "devices[0].host_inputs.Reshape[0]", "from 0 to 63"},
      {R"("groups": ["A"])", "devices[0].groups[0]", "array of strings"},
      {R"("launch_us": 1e9)", "devices[0].launch_us",
       "from 0 to 6e+07, not 1e+09"},
      {R"("copy_us": 1e9)", "devices[0].copy_us", "from 0 to 6e+07"},
      {R"("device_memory": 1)", "devices[0].device_memory", "true or false"},
      {R"("slow_down": {"*": null})", "devices[0].slow_down.*", "not null"},
      {R"("real_time": "yes")", "devices[0].real_time", "not a string"},
      {R"("faults": [])", "devices[0].faults", "an object"},
      {R"("faults": {"lost": 1})", "devices[0].faults.lost", "unknown key"},
      {R"("faults": {"lost_at_run": 0})", "devices[0].faults.lost_at_run",
       "from 1"},
      {R"("faults": {"fails_at_run": 2.5})", "devices[0].faults.fails_at_run",
       "whole number"},
      {R"("faults": {"compile_fails_at": {}})",
       "devices[0].faults.compile_fails_at", "one of node, operator and index"},
      {R"("faults": {"compile_fails_at": {"node": "a", "index": 1}})",
       "devices[0].faults.compile_fails_at", "one of node, operator and index"},
      {R"("faults": {"compile_fails_at": {"index": 0, "status": "SUCCESS"}})",
       "devices[0].faults.compile_fails_at.status", "'SUCCESS' is none of"},
      {R"("faults": {"hang_ms_at_run": {"run": 1}})",
       "devices[0].faults.hang_ms_at_run.ms", "missing"},
      {R"("faults": {"hang_ms_at_run": {"run": 1, "ms": 600001}})",
       "devices[0].faults.hang_ms_at_run.ms", "to 600000"},
  };
  for (const auto& c : kCases) {
    const std::string error = ErrorOf(c.members);
    EXPECT_EQ(error.rfind(StrCat(c.place, ": "), 0), 0u)
        << c.members << ": " << error;
    EXPECT_NE(error.find(c.what), std::string::npos)
        << c.members << ": " << error;
  }
}

TEST(MachineTest, ErrorsOfTheDocument) {
  const struct {
    const char* text;
    const char* error;
  } kCases[] = {
      {"", "not JSON: text ends early at byte 0"},
      {"{\"devices\": [}", "at byte 13"},
      {"[]", "document: must be an object, not an array"},
      {"{}", "devices: is missing"},
      {R"({"devices": {}})", "devices: must be an array, not an object"},
      {R"({"devices": [], "device": []})", "device: unknown key"},
      {R"({"devices": [1]})", "devices[0]: must be an object, not a number"},
      {R"({"devices": [{"operators": "all"}]})", "devices[0].name: is missing"},
      {R"({"devices": [{"name": "a"}]})", "devices[0].operators: is missing"},
      {R"({"devices": [{"name": "a", "operators": "none"}]})",
       "devices[0].operators: must be \"all\""},
      {R"({"devices": [{"name": "a", "operators": "all"},
                       {"name": "a", "operators": "all"}]})",
       "devices[1].name: 'a' is the name of another one"},
  };
  for (const auto& c : kCases) {
    const auto devices = ParseMachine(c.text);
    ASSERT_FALSE(devices.ok()) << c.text;
    EXPECT_NE(devices.status().message().find(c.error), std::string::npos)
        << c.text << ": " << devices.status().message();
  }
  EXPECT_NE(ErrorOf(StrCat(R"("comment": ")", std::string(70'000, 'x'), '"'))
                .find("64 KiB"),
            std::string::npos);
  const auto long_name =
      ParseMachine(StrCat(R"({"devices": [{"operators": "all", "name": ")",
                          std::string(50, 'n'), R"("}]})"));
  ASSERT_FALSE(long_name.ok());
  EXPECT_NE(long_name.status().message().find("50 bytes, at most 49"),
            std::string::npos);
}

TEST(MachineTest, AtMost64Devices) {
  const auto many = [](int count) {
    std::string text = R"({"devices": [)";
    for (int i = 0; i < count; ++i) {
      text += StrCat(i == 0 ? "" : ",", R"({"name": "d)", i,
                     R"(", "operators": "all"})");
    }
    return ParseMachine(text + "]}");
  };
  EXPECT_TRUE(many(64).ok());
  ASSERT_FALSE(many(65).ok());
  EXPECT_EQ(many(65).status().message(), "devices[64]: at most 64 devices");
}

TEST(MachineTest, FilesThatCannotBeRead) {
  const std::string missing = testing::TempDir() + "no_such_machine.json";
  EXPECT_EQ(LoadMachine(missing).status().message(), missing + ": not a file");
  EXPECT_EQ(LoadMachine("/dev").status().message(), "/dev: not a file");
  const std::string bad = testing::TempDir() + "bad_machine.json";
  std::ofstream(bad) << R"({"devices": [], "x": 1})";
  EXPECT_EQ(LoadMachine(bad).status().message(),
            bad + ": x: unknown key; README.md lists all");
}

TEST(MachineTest, EveryMachineOfTheFolderIsGood) {
  size_t machines = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(ONNXIFI_SIM_MACHINES)) {
    const auto devices = LoadMachine(entry.path().string());
    ASSERT_TRUE(devices.ok()) << devices.status().message();
    EXPECT_FALSE(devices->empty()) << entry.path();
    ++machines;
  }
  EXPECT_GE(machines, 5u);
}

}  // namespace
}  // namespace onnxifi::sim
