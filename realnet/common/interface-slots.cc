#include "realnet/common/interface-slots.h"

#include "model/base/shown.h"
#include "realnet/common/network-reader.h"

#include <algorithm>
#include <utility>

namespace sonda
{

namespace
{

bool
IsSame(const std::optional<Interface>& a, const std::optional<Interface>& b)
{
    if (!a || !b)
    {
        return !a && !b;
    }
    return a->name == b->name && a->index == b->index && a->address == b->address;
}

bool
IsGone(const Interface& interface, const NetworkMessages& news)
{
    const auto& links = news.linksGone;
    return std::find(links.begin(), links.end(), interface.index) != links.end() ||
           std::any_of(news.addressesGone.begin(),
                       news.addressesGone.end(),
                       [&interface](const AddressFacts& a)
                       { return a.index == interface.index && a.address == interface.address; });
}

} // namespace

InterfaceSlots::InterfaceSlots(const std::vector<std::string>& wanted, int family)
    : m_family(family)
{
    for (const std::string& one : wanted.empty() ? std::vector<std::string>{""} : wanted)
    {
        m_slots.push_back({one, std::nullopt, "the network was not looked at yet"});
    }
}

Expected<Interface>
InterfaceSlots::Choose(const NetworkFacts& facts, std::size_t slot) const
{
    const InterfaceSlot& mine = m_slots[slot];
    auto chosen =
        ChooseInterface(facts, m_family, mine.wanted, mine.interface ? &*mine.interface : nullptr);
    for (std::size_t other = 0; chosen && other < slot; ++other)
    {
        const auto& theirs = m_slots[other].interface;
        if (theirs && theirs->index == chosen->index)
        {
            // A group is joined by interface: by two addresses of one it would be joined twice.
            return Error{Quoted(mine.wanted) + " is an interface that was given before: " +
                         theirs->name + " (" + theirs->address + ")"};
        }
    }
    return chosen;
}

std::vector<InterfaceSlots::Change>
InterfaceSlots::Update(const NetworkFacts& facts)
{
    std::vector<Change> changes;
    for (std::size_t i = 0; i < m_slots.size(); ++i)
    {
        InterfaceSlot& slot = m_slots[i];
        const auto chosen = Choose(facts, i);
        auto before = std::exchange(slot.interface, chosen ? std::optional(*chosen) : std::nullopt);
        slot.why = chosen ? "" : chosen.GetError().message;
        const bool wasDisturbed = std::exchange(slot.isDisturbed, false);
        // What is not there need not be closed twice.
        if (!IsSame(before, slot.interface) || (wasDisturbed && slot.interface))
        {
            changes.push_back({i, std::move(before)});
        }
    }
    return changes;
}

void
InterfaceSlots::Disturb(const NetworkMessages& news)
{
    for (InterfaceSlot& slot : m_slots)
    {
        slot.isDisturbed = slot.isDisturbed || (slot.interface && IsGone(*slot.interface, news));
    }
}

void
InterfaceSlots::DisturbAll()
{
    for (InterfaceSlot& slot : m_slots)
    {
        slot.isDisturbed = true;
    }
}

std::vector<Interface>
InterfaceSlots::Present() const
{
    std::vector<Interface> present;
    for (const InterfaceSlot& slot : m_slots)
    {
        if (slot.interface)
        {
            present.push_back(*slot.interface);
        }
    }
    return present;
}

std::string
InterfaceSlots::Describe() const
{
    std::string text;
    for (const InterfaceSlot& slot : m_slots)
    {
        const std::string absent =
            (slot.wanted.empty() ? "the default interface" : slot.wanted) + " (not there)";
        text +=
            (text.empty() ? "" : ", ") + (slot.interface ? ToString({*slot.interface}) : absent);
    }
    return text;
}

Expected<InterfaceSlots>
FindInterfaces(const std::vector<std::string>& wanted, int family)
{
    for (auto one = wanted.begin(); one != wanted.end(); ++one)
    {
        if (const auto why = CheckInterfaceName(*one, family))
        {
            return Error{*why};
        }
        if (std::find(wanted.begin(), one, *one) != one)
        {
            return Error{Quoted(*one) + " was given before"};
        }
    }
    InterfaceSlots slots(wanted, family);
    const auto facts = ReadNetwork({family, slots.WantsDefault()});
    if (!facts)
    {
        return facts.GetError();
    }
    slots.Update(*facts);
    for (std::size_t i = 0; i < slots.Size(); ++i)
    {
        const InterfaceSlot& slot = slots.Get(i);
        if (!slot.interface && slot.why.find("given before") != std::string::npos)
        {
            return Error{slot.why};
        }
    }
    return slots;
}

Problems
AbsentInterfaces(const InterfaceSlots& slots, const Option& option)
{
    Problems problems;
    for (std::size_t i = 0; i < slots.Size(); ++i)
    {
        if (!slots.Get(i).interface)
        {
            problems.push_back({option.Where(), slots.Get(i).why + "; it is waited for"});
        }
    }
    return problems;
}

Problems
WithAbsent(Problems problems, const std::optional<InterfaceSlots>& slots, const Option& option)
{
    const Problems absent = slots ? AbsentInterfaces(*slots, option) : Problems{};
    problems.insert(problems.end(), absent.begin(), absent.end());
    return problems;
}

} // namespace sonda
