using Hortus.Objects;

namespace Hortus.Components.Gardenlets;

/// <summary>Which gardenlets a garden works with: those of its own minor version and of the two before.</summary>
public static class GardenletSkew
{
    /// <summary>How many minor versions a gardenlet may be behind.</summary>
    public const int MinorsBehindMax = 2;

    /// <summary>Why a gardenlet cannot work with a garden; null when it can, or when the garden does not say its version.</summary>
    /// <param name="gardenlet">Version of the gardenlet.</param>
    /// <param name="garden">Version of the garden's API server; null when it is not known.</param>
    public static string? Fault(string? gardenlet, string? garden)
    {
        if (garden is null)
        {
            return null;
        }

        if (!SemanticVersion.TryParse(garden, out var server))
        {
            return $"the garden says that its version is \"{garden}\", which is no version";
        }

        if (!SemanticVersion.TryParse(gardenlet, out var agent))
        {
            return $"the version \"{gardenlet}\" of the gardenlet is no version such as {server}";
        }

        var window = $"want at least minor {Math.Max(0, server.Minor - MinorsBehindMax)} and at most minor {server.Minor} of {server.Major}";
        return (agent.Major, agent.Minor).CompareTo((server.Major, server.Minor)) > 0
            ? $"gardenlet {agent} is newer than the garden's API server {server}: {window}; upgrade the garden first"
            : agent.Major != server.Major || server.Minor - agent.Minor > MinorsBehindMax
                ? $"gardenlet {agent} is too old for the garden's API server {server}: {window}"
                : null;
    }
}
