namespace Hortus.ApiServer.Admission;

/// <summary>Base of the built-in plug-ins: does nothing unless overridden.</summary>
internal abstract class AdmissionPlugin(string name) : IAdmissionPlugin
{
    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public virtual ValueTask MutateAsync(AdmissionAttributes attributes, CancellationToken cancellationToken) =>
        ValueTask.CompletedTask;

    /// <inheritdoc/>
    public virtual ValueTask ValidateAsync(AdmissionAttributes attributes, CancellationToken cancellationToken) =>
        ValueTask.CompletedTask;

    /// <summary>Whether the write is to a main resource of the core group.</summary>
    protected static bool IsCore(AdmissionAttributes attributes, string plural) =>
        attributes.Subresource.Length == 0
        && attributes.Definition.Kind.Group.Length == 0
        && attributes.Definition.Kind.Plural == plural;
}
