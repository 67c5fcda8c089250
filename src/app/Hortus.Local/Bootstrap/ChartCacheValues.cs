using System.Text.Json.Nodes;
using Hortus.Components.Charts;

namespace Hortus.Local.Bootstrap;

/// <summary>Values of the charts of operator and gardenlet by which they keep what they pull in a folder of the state directory, so that a
/// garden that comes back asks its registry for no chart that it had.</summary>
public static class ChartCacheValues
{
    private const string Volume = "chart-cache";
    private const string MountPath = "/var/lib/hortus/chart-cache";

    // Components have users of their own; the state directory around it is for its owner only.
    private const UnixFileMode Anybody = (UnixFileMode)0x1FF;

    /// <summary>The values of one component, whose folder is made.</summary>
    public static JsonObject Of(StateDirectory state, string component)
    {
        ArgumentNullException.ThrowIfNull(state);
        var folder = Path.Combine(state.ChartCache, component);
        Directory.CreateDirectory(folder);
        File.SetUnixFileMode(folder, Anybody);
        return new JsonObject
        {
            ["env"] = new JsonArray(new JsonObject { ["name"] = ChartSupply.FolderVariable, ["value"] = MountPath }),
            ["additionalVolumeMounts"] = new JsonArray(new JsonObject { ["name"] = Volume, ["mountPath"] = MountPath }),
            ["additionalVolumes"] = new JsonArray(new JsonObject
            {
                ["name"] = Volume,
                ["hostPath"] = new JsonObject { ["path"] = folder, ["type"] = "Directory" },
            }),
        };
    }
}
