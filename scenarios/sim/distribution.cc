#include "scenarios/sim/distribution.h"

#include "ns3/double.h"

namespace sonda::sim
{

Distribution
Distribution::Constant(double value)
{
    return {Kind::CONSTANT, value, value};
}

Distribution
Distribution::Read(JsonReader& reader, const std::string& key, double least, double most)
{
    if (reader.Get(key).is_number())
    {
        return Constant(reader.Number(key, least, most));
    }
    if (!reader.Get(key).is_object() || reader.Get(key).size() != 1)
    {
        reader.Fail(key,
                    R"(a number, {"constant": x}, {"exponential": mean} or {"uniform": [a, b]})");
    }
    JsonReader inner = reader.Object(key);
    Distribution result;
    if (inner.Has("uniform"))
    {
        const auto& ends = inner.Get("uniform");
        const bool pair =
            ends.is_array() && ends.size() == 2 && ends[0].is_number() && ends[1].is_number();
        if (!pair || ends[0] < least || ends[0] > ends[1] || ends[1] > most)
        {
            inner.Fail("uniform", "[a, b] with a not above b, both in the range of this key");
        }
        result = {Kind::UNIFORM, ends[0].get<double>(), ends[1].get<double>()};
    }
    if (inner.Has("exponential"))
    {
        const double mean = inner.Number("exponential", least, most);
        result = {Kind::EXPONENTIAL, mean, mean};
    }
    if (inner.Has("constant"))
    {
        result = Constant(inner.Number("constant", least, most));
    }
    inner.Done();
    return result;
}

JsonReader::Json
Distribution::ToJson() const
{
    switch (kind)
    {
    case Kind::EXPONENTIAL:
        return {{"exponential", a}};
    case Kind::UNIFORM:
        return {{"uniform", {a, b}}};
    case Kind::CONSTANT:
        break;
    }
    return a;
}

double
Distribution::Mean() const
{
    return kind == Kind::UNIFORM ? (a + b) / 2 : a;
}

ns3::Ptr<ns3::RandomVariableStream>
Distribution::MakeVariable(double scale) const
{
    if (kind == Kind::EXPONENTIAL)
    {
        auto variable = ns3::CreateObject<ns3::ExponentialRandomVariable>();
        variable->SetAttribute("Mean", ns3::DoubleValue(a * scale));
        return variable;
    }
    if (kind == Kind::UNIFORM)
    {
        auto variable = ns3::CreateObject<ns3::UniformRandomVariable>();
        variable->SetAttribute("Min", ns3::DoubleValue(a * scale));
        variable->SetAttribute("Max", ns3::DoubleValue(b * scale));
        return variable;
    }
    auto variable = ns3::CreateObject<ns3::ConstantRandomVariable>();
    variable->SetAttribute("Constant", ns3::DoubleValue(a * scale));
    return variable;
}

} // namespace sonda::sim
