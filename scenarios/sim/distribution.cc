#include "scenarios/sim/distribution.h"

#include "model/metrics/result-files.h"

#include "ns3/double.h"

#include <algorithm>
#include <cmath>

namespace sonda::sim
{

namespace
{

using Kind = Distribution::Kind;
using Json = JsonReader::Json;

const char* const FORMS =
    R"(a number, {"constant": x}, {"exponential": mean}, {"uniform": [a, b]}, )"
    R"({"lognormal": {"mean": m, "cv": c}}, {"pareto": {"mean": m, "shape": a, "max": M}}, )"
    R"({"bimodal": {"p": p, "a": a, "b": b}} or {"empirical": "file.csv"})";

Distribution
ReadUniform(JsonReader& form, double least, double most)
{
    const auto& ends = form.Get("uniform");
    const bool pair =
        ends.is_array() && ends.size() == 2 && ends[0].is_number() && ends[1].is_number();
    if (!pair || ends[0] < least || ends[0] > ends[1] || ends[1] > most)
    {
        form.Fail("uniform",
                  "[a, b] with a not above b, both in the range of this key, " +
                      RangeText(least, most));
    }
    return Distribution::Uniform(ends[0].get<double>(), ends[1].get<double>());
}

Distribution
ReadLognormal(JsonReader inner, double least, double most)
{
    const double mean = inner.Number("mean", least, most);
    if (!(mean > 0))
    {
        inner.Fail("mean", "a number above 0");
    }
    // Above 100 no run is long enough for its mean to show.
    const double cv = inner.Number("cv", 1e-3, 100);
    inner.Done();
    return {Kind::LOGNORMAL, mean, cv};
}

Distribution
ReadPareto(JsonReader inner, double least, double most)
{
    const double largest = inner.Number("max", least, most);
    const double mean = inner.Number("mean", 0, largest);
    const double shape = inner.Number("shape", 0.1, 100);
    inner.Done();
    if (!(mean > 0 && mean < largest))
    {
        inner.Fail("mean", "a number above 0 and below max");
    }
    const double minimum = ParetoMinimum(mean, shape, largest);
    if (!(minimum > 0 && minimum >= least))
    {
        inner.Fail("mean",
                   "mean, shape and max whose smallest value is in the range of this key, " +
                       RangeText(least, most) + " (it would be " + FormatNumber(minimum) + ")");
    }
    return {Kind::PARETO, mean, shape, largest};
}

Distribution
ReadBimodal(JsonReader inner, double least, double most)
{
    Distribution result;
    result.kind = Kind::BIMODAL;
    result.a = inner.Number("a", least, most);
    result.b = inner.Number("b", least, most);
    result.c = inner.Number("p", 0, 1);
    inner.Done();
    result.values = std::make_shared<WeightedValues>(std::vector{result.a, result.b},
                                                     std::vector{result.c, 1 - result.c});
    return result;
}

Distribution
ReadEmpirical(JsonReader& form, double least, double most)
{
    const DataTable table = ReadTable(form, "empirical", {{"value"}, {"value", "weight"}});
    Distribution result;
    result.kind = Kind::EMPIRICAL;
    result.file = table.file;
    std::vector<double> values;
    std::vector<double> weights;
    double total = 0;
    for (std::size_t row = 0; row < table.Rows(); ++row)
    {
        values.push_back(table.At(row, 0));
        if (!(values.back() >= least && values.back() <= most))
        {
            form.Fail("empirical",
                      "values in the range of this key, " + RangeText(least, most) +
                          ", but there is " + FormatNumber(values.back()));
        }
        if (table.width == 2)
        {
            weights.push_back(table.At(row, 1));
            total += weights.back();
        }
    }
    if (table.width == 2 && !(total > 0))
    {
        form.Fail("empirical", "a weight above 0");
    }
    result.values = std::make_shared<WeightedValues>(std::move(values), weights);
    return result;
}

/** Sigma of the normal variable behind a lognormal one. */
double
LognormalSigma(double cv)
{
    return std::sqrt(std::log1p(cv * cv));
}

ns3::Ptr<ns3::RandomVariableStream>
MakeLognormal(double mean, double cv)
{
    const double sigma = LognormalSigma(cv);
    auto variable = ns3::CreateObject<ns3::LogNormalRandomVariable>();
    variable->SetAttribute("Mu", ns3::DoubleValue(std::log(mean) - sigma * sigma / 2));
    variable->SetAttribute("Sigma", ns3::DoubleValue(sigma));
    return variable;
}

} // namespace

double
ParetoMinimum(double mean, double shape, double most)
{
    // With t = ln r, and expm1 so that nothing is lost where shape is near 1 or r is.
    const auto meanAt = [&](double t)
    {
        const double rest = shape == 1 ? t : std::expm1((shape - 1) * t) / (shape - 1);
        return most * std::exp(t) * shape * rest / std::expm1(shape * t);
    };
    // e^-700 is near the smallest number that there is.
    double low = -700;
    double high = 0;
    if (!(mean < most) || meanAt(low) > mean)
    {
        return 0;
    }
    for (double middle = (low + high) / 2; middle != low && middle != high;
         middle = (low + high) / 2)
    {
        (meanAt(middle) < mean ? low : high) = middle;
    }
    return most * std::exp(low);
}

Distribution
Distribution::Constant(double value)
{
    return {Kind::CONSTANT, value, value};
}

Distribution
Distribution::Exponential(double mean)
{
    return {Kind::EXPONENTIAL, mean, mean};
}

Distribution
Distribution::Uniform(double least, double most)
{
    return {Kind::UNIFORM, least, most};
}

Distribution
Distribution::Read(JsonReader& reader, const std::string& key, double least, double most)
{
    if (reader.Get(key).is_number())
    {
        return Constant(reader.Number(key, least, most));
    }
    const auto form = reader.OnlyMember(
        key,
        {"constant", "exponential", "uniform", "lognormal", "pareto", "bimodal", "empirical"},
        FORMS);
    JsonReader inner = reader.Object(key);
    if (form == "uniform")
    {
        return ReadUniform(inner, least, most);
    }
    if (form == "lognormal")
    {
        return ReadLognormal(inner.Object(form), least, most);
    }
    if (form == "pareto")
    {
        return ReadPareto(inner.Object(form), least, most);
    }
    if (form == "bimodal")
    {
        return ReadBimodal(inner.Object(form), least, most);
    }
    if (form == "empirical")
    {
        return ReadEmpirical(inner, least, most);
    }
    const double number = inner.Number(form, least, most);
    return form == "constant" ? Constant(number) : Exponential(number);
}

Json
Distribution::ToJson() const
{
    switch (kind)
    {
    case Kind::EXPONENTIAL:
        return {{"exponential", a}};
    case Kind::UNIFORM:
        return {{"uniform", {a, b}}};
    case Kind::LOGNORMAL:
        return {{"lognormal", {{"mean", a}, {"cv", b}}}};
    case Kind::PARETO:
        return {{"pareto", {{"mean", a}, {"shape", b}, {"max", c}}}};
    case Kind::BIMODAL:
        return {{"bimodal", {{"p", c}, {"a", a}, {"b", b}}}};
    case Kind::EMPIRICAL:
        return {{"empirical", file.ToJson()}};
    case Kind::CONSTANT:
        break;
    }
    return a;
}

double
Distribution::Mean() const
{
    if (values)
    {
        return values->Mean();
    }
    return kind == Kind::UNIFORM ? (a + b) / 2 : a;
}

ns3::Ptr<ns3::RandomVariableStream>
Distribution::MakeVariable(double scale) const
{
    const auto make =
        [scale](auto variable, std::initializer_list<std::pair<const char*, double>> attributes)
    {
        for (const auto& [name, value] : attributes)
        {
            variable->SetAttribute(name, ns3::DoubleValue(value * scale));
        }
        return variable;
    };
    switch (kind)
    {
    case Kind::EXPONENTIAL:
        return make(ns3::CreateObject<ns3::ExponentialRandomVariable>(), {{"Mean", a}});
    case Kind::UNIFORM:
        return make(ns3::CreateObject<ns3::UniformRandomVariable>(), {{"Min", a}, {"Max", b}});
    case Kind::LOGNORMAL:
        return MakeLognormal(a * scale, b);
    case Kind::PARETO:
    {
        const auto variable = make(ns3::CreateObject<BoundedParetoRandomVariable>(),
                                   {{"Min", ParetoMinimum(a, b, c)}, {"Max", c}});
        variable->SetAttribute("Shape", ns3::DoubleValue(b));
        return variable;
    }
    case Kind::BIMODAL:
    case Kind::EMPIRICAL:
    {
        const auto variable = ns3::CreateObject<WeightedRandomVariable>();
        variable->SetValues(values, scale);
        return variable;
    }
    case Kind::CONSTANT:
        break;
    }
    return make(ns3::CreateObject<ns3::ConstantRandomVariable>(), {{"Constant", a}});
}

} // namespace sonda::sim
