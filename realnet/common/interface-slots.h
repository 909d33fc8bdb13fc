#ifndef SONDA_REALNET_COMMON_INTERFACE_SLOTS_H
#define SONDA_REALNET_COMMON_INTERFACE_SLOTS_H

#include "realnet/common/configuration.h"
#include "realnet/common/interface.h"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace sonda
{

/** One interface that a program was told to use: there, or not there (yet, or any more). */
struct InterfaceSlot
{
    std::string wanted;                 //!< name or address; empty: the default interface
    std::optional<Interface> interface; //!< empty: not there
    std::string why;                    //!< it is not there
    /** What is open on it is void or may be: also when it looks as before. */
    bool isDisturbed{false};
};

/**
 * Which interfaces are used, as they come and go: one slot for each that is wanted. Pure: what the
 * kernel tells is passed in. Not thread-safe.
 */
class InterfaceSlots
{
  public:
    /** What has happened to a slot; its present state is in Get(). */
    struct Change
    {
        std::size_t slot;
        std::optional<Interface> before;
    };

    /** \param wanted names or addresses; none: one slot for the default interface */
    InterfaceSlots(const std::vector<std::string>& wanted, int family);

    /**
     * Takes the present state of the network in.
     * \return the slots to act on: their interface came, went, has another index or address, or
     * they were disturbed, which this call forgets
     */
    std::vector<Change> Update(const NetworkFacts& facts);

    /**
     * Notes what the kernel has told of as gone. It may be back by the next Update() and look as
     * before, but memberships of groups have gone with it.
     */
    void Disturb(const NetworkMessages& news);

    /** Notes that what is open on a slot is void, or could not be opened. */
    void
    Disturb(std::size_t slot)
    {
        m_slots[slot].isDisturbed = true;
    }

    /** The same for all. */
    void DisturbAll();

    int
    Family() const
    {
        return m_family;
    }

    /** \return whether the default interface is wanted, for which routes must be known. */
    bool
    WantsDefault() const
    {
        return m_slots.front().wanted.empty();
    }

    std::size_t
    Size() const
    {
        return m_slots.size();
    }

    const InterfaceSlot&
    Get(std::size_t slot) const
    {
        return m_slots[slot];
    }

    /** \return the interfaces that are there, in the order wanted. */
    std::vector<Interface> Present() const;

    /** \return "eth0 (10.0.0.7), eth1 (not there)". */
    std::string Describe() const;

  private:
    Expected<Interface> Choose(const NetworkFacts& facts, std::size_t slot) const;

    int m_family;
    std::vector<InterfaceSlot> m_slots;
};

/**
 * Reads the machine's network and fills slots for the first time.
 * \return them, or an error: the kernel does not tell, a text can name no interface, two mean the
 * same one. That an interface is not there is none: it may come
 */
Expected<InterfaceSlots> FindInterfaces(const std::vector<std::string>& wanted, int family);

/** \return a problem for each interface that is not there, which is none by itself: it may come. */
Problems AbsentInterfaces(const InterfaceSlots& slots, const Option& option);

/**
 * Adds these to the problems of a configuration that is refused: whoever mends the others wants to
 * know of them, too. \param slots nothing: they could not be found, which is one of the others
 */
Problems WithAbsent(Problems problems,
                    const std::optional<InterfaceSlots>& slots,
                    const Option& option);

} // namespace sonda

#endif
